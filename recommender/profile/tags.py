"""Themes and life events of service items, read once for each version of an item."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from core.catalogue.tables import service_item

_MOST_HELD = 20_000
# Put together once, as in `core.database.rows`.
_VERSIONS = select(service_item.c.id, service_item.c.version).where(
    service_item.c.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Tags:
    """What an item is about."""

    theme: str | None
    life_events: tuple[str, ...]
    sensitive: bool

    @property
    def all(self) -> tuple[str, ...]:
        """The theme, then the life events."""
        return (*([self.theme] if self.theme else []), *self.life_events)


class ItemTags:
    """Reads them; safe to use from several threads: one that is read twice does no harm."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], Tags] = {}

    def of(self, connection: Connection, ids: Collection[int]) -> dict[int, Tags]:
        """Of those of these items that exist, whatever their status."""
        rows = connection.execute(_VERSIONS, {"ids": list(ids)})
        keys = {row.id: (row.id, row.version) for row in rows}
        held = self._held
        found = {number: held[key] for number, key in keys.items() if key in held}
        if missing := [number for number in keys if number not in found]:
            found |= self._read(connection, missing)
        return found

    def _read(self, connection: Connection, ids: Collection[int]) -> dict[int, Tags]:
        columns = (service_item.c.id, service_item.c.version, service_item.c.theme, service_item.c.payload)
        if len(self._held) > _MOST_HELD:
            self._held = {}
        found: dict[int, Tags] = {}
        for row in connection.execute(select(*columns).where(service_item.c.id.in_(ids))):
            content = json.loads(row.payload)
            events, sensitive = content.get("life_events") or (), bool(content.get("sensitive"))
            found[row.id] = self._held[row.id, row.version] = Tags(row.theme, tuple(events), sensitive)
        return found
