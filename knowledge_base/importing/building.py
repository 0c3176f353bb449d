"""Makes records of what parsers find, wherever these ran."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from core.catalogue.bundles import Bundle
from core.catalogue.models import Agency, Document, Region, ServiceItem
from knowledge_base.importing.found import Found, Problem, shown_place
from knowledge_base.importing.parsing.messages import Defaults, Kind, Parsed, Refused
from knowledge_base.importing.records import TYPES, Builder, RecordType, field_names
from knowledge_base.importing.unknown_names import unknown_field
from knowledge_base.importing.unreadable import Unreadable

_KINDS: Final[Mapping[Kind, RecordType]] = {
    "region": Region,
    "agency": Agency,
    "document": Document,
    "item": ServiceItem,
    "bundle": Bundle,
}
ID_LENGTH: Final = 200


class Records:
    """The records of one file, checked one by one.

    Args:
        place: How a message names the file.
        name: The external id of a document whose file gives none.
    """

    def __init__(self, place: str, name: str, builder: Builder) -> None:
        self._place = place
        self._name = name
        self._builder = builder
        self._defaults: Mapping[str, Any] = {}

    def take(self, message: Parsed | Defaults | Refused) -> Found | Problem | None:
        """What a message comes to; None of one that only says what those after it leave open.

        Raises:
            Unreadable: The file's defaults are of no record.
        """
        if isinstance(message, Defaults):
            self._defaults = _checked(message)
            return None
        place = self._place + shown_place(message.where)
        if isinstance(message, Refused):
            return Problem(place, message.reason, message.told)
        return self._built(message, place)

    def _built(self, message: Parsed, place: str) -> Found | Problem:
        own = {} if message.identity is None else {"external_id": self._identity(message.identity)}
        made = self._builder.build(_KINDS[message.kind], message.values, place, {**self._defaults, **own})
        return made if isinstance(made, Problem) else replace(made, notes=(*message.notes, *made.notes))

    def _identity(self, identity: str) -> str:
        """A row is known by what it is about, so that it stays itself wherever it stands in the table."""
        if not identity:
            return self._name
        digest = hashlib.sha256(" ".join(identity.split()).encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return f"{self._name[: ID_LENGTH - 13]}-{digest}"


def _checked(defaults: Defaults) -> Mapping[str, Any]:
    known = tuple({name: None for kind in TYPES for name in field_names(kind)})
    for name in defaults.values:
        if name not in known:
            raise Unreadable(f"defaults.{unknown_field(name, known)}", defaults.line)
    return defaults.values
