"""Turns a mapping from a file into a checked record, filling what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import ValidationError

from core.catalogue.bundles import Bundle
from core.catalogue.models import Agency, Document, Region, ServiceItem
from core.errors import BadInput
from knowledge_base.importing.checks import check_characters, check_content
from knowledge_base.importing.found import Found, Problem, Record
from knowledge_base.importing.reasons import readable
from knowledge_base.importing.rule_facts import doubts
from knowledge_base.importing.unknown_names import unknown_field
from knowledge_base.importing.unreadable import Unreadable

RecordType = type[Region] | type[Agency] | type[Document] | type[ServiceItem] | type[Bundle]
TYPES: tuple[RecordType, ...] = (Region, Agency, Document, ServiceItem, Bundle)
_DATES = ("published_on", "effective_from", "effective_to")


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes records and gives them the agency or region that they leave open."""

    filling: Mapping[str, str] = field(default_factory=dict)

    def build(
        self,
        kind: RecordType,
        values: Mapping[Any, Any],
        place: str,
        defaults: Mapping[str, Any] | None = None,
    ) -> Found | Problem:
        """A checked record, or why there is none. What the record says goes before `defaults`."""
        names = field_names(kind)
        try:
            given = _given(values, names)
            open_fields = {**self.filling, **(defaults or {})}
            filled = {name: value for name, value in open_fields.items() if name in names} | given
            if "internal" in names and "internal" in self.filling:
                # Whoever brings a file for staff alone is not overruled by the file.
                filled["internal"] = self.filling["internal"]
            named, says = "external_id" in given, "internal" in filled
            made = _checked(kind, filled)
            return Found(made, place, is_named=named, says_for_whom=says, notes=_notes(made))
        except ValidationError as error:
            return Problem(place, readable(error, names))
        except BadInput as error:
            return Problem(place, f"eligibility: {error.detail or error}")
        except Unreadable as error:
            return Problem(place, error.reason)
        except RecursionError:
            return Problem(place, "is nested too deeply")


def field_names(kind: RecordType) -> tuple[str, ...]:
    """Names a record of this kind may use."""
    return tuple(one.name for one in fields(kind))


def _given(values: Mapping[Any, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """What a record says itself; an empty value leaves its field open."""
    unknown = [name for name in values if name not in names]
    if unknown:
        raise Unreadable("; ".join(unknown_field(name, names) for name in unknown[:5]))
    check_characters(values)
    for name in _DATES:
        if isinstance(values.get(name), int | float):
            raise Unreadable(f"{name}: must be a date such as 2024-05-31")
    return {name: value for name, value in values.items() if not _is_open(value)}


def _is_open(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _notes(record: Record) -> tuple[str, ...]:
    """What is taken, but to be looked at again."""
    if isinstance(record, ServiceItem):
        return tuple(doubts(record.eligibility or {}))
    if isinstance(record, Bundle):
        rules = [record.shown_when, *(step.when for step in record.steps)]
        return tuple(dict.fromkeys(sentence for rule in rules for sentence in doubts(rule or {})))
    return ()


def _checked(kind: RecordType, values: dict[str, Any]) -> Record:
    record = kind(**values)
    if isinstance(record, Document | ServiceItem):
        check_content(record)
    return record
