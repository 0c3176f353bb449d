"""Turns a mapping from a file into a checked record, filling what it leaves open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from core.catalogue.models import Agency, Document, Region, ServiceItem
from core.errors import BadInput
from knowledge_base.importing.checks import check_characters, check_content
from knowledge_base.importing.found import Found, Problem, Record
from knowledge_base.importing.reasons import readable, unknown_field
from knowledge_base.importing.unreadable import Unreadable

RecordType = type[Region] | type[Agency] | type[Document] | type[ServiceItem]
TYPES: tuple[RecordType, ...] = (Region, Agency, Document, ServiceItem)
_DATES = ("published_on", "effective_from", "effective_to")
_PORTAL_NAMES = {"department": "agency", "link": "source_url", "main_item": "theme"}
_UNCLASSIFIED = "未分类"
_ID_LENGTH = 200


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
            return Found(_checked(kind, filled), place, is_named="external_id" in given)
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


def from_line(values: Mapping[str, Any]) -> tuple[RecordType, dict[str, Any]]:
    """What a JSONL line is: a document if it has text, else a service item if it has a name.

    Raises:
        Unreadable: It is neither.
    """
    if "text" in values or "docid" in values:
        return Document, _renamed(values, {"docid": "external_id"})
    if "name" in values:
        return ServiceItem, _portal_item(values)
    raise Unreadable("is neither a document (docid, text) nor a service item (name)")


def _portal_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a service portal's list: names and links, none of a guide's fields."""
    if not any(name in values for name in _PORTAL_NAMES):
        return dict(values)
    item = _renamed(values, _PORTAL_NAMES)
    if item.get("theme") == _UNCLASSIFIED:
        del item["theme"]
    if not item.get("external_id"):
        code = _item_code(values.get("link"))
        item["external_id"] = code or _identity(values)
        if code:
            item.setdefault("code", code)
    return item


def _item_code(link: object) -> str | None:
    if not isinstance(link, str):
        return None
    try:
        code = parse_qs(urlsplit(link).query).get("itemCode", [""])[0].strip()
    except ValueError:
        return None
    return code if 0 < len(code) <= _ID_LENGTH else None


def _identity(values: Mapping[str, Any]) -> str:
    said = "\n".join(str(values.get(name) or "") for name in ("department", "name", "main_item", "link"))
    return "item-" + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for name, value in values.items():
        target = names.get(name, name)
        if target in renamed:
            raise Unreadable(f"{target} is given twice")
        renamed[target] = value
    return renamed


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


def _checked(kind: RecordType, values: dict[str, Any]) -> Record:
    record = kind(**values)
    if isinstance(record, Document | ServiceItem):
        check_content(record)
    return record
