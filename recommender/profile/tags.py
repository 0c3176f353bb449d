"""Themes and life events of service items, read once for each version of an item."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from core.catalogue.tables import service_item

_MOST_HELD = 20_000


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
        versions = select(service_item.c.id, service_item.c.version).where(service_item.c.id.in_(ids))
        keys = {row.id: (row.id, row.version) for row in connection.execute(versions)}
        if missing := [number for number, key in keys.items() if key not in self._held]:
            self._read(connection, missing)
        return {number: self._held[key] for number, key in keys.items() if key in self._held}

    def _read(self, connection: Connection, ids: Collection[int]) -> None:
        columns = (service_item.c.id, service_item.c.version, service_item.c.theme, service_item.c.payload)
        if len(self._held) > _MOST_HELD:
            self._held = {}
        for row in connection.execute(select(*columns).where(service_item.c.id.in_(ids))):
            content = json.loads(row.payload)
            events, sensitive = content.get("life_events") or (), bool(content.get("sensitive"))
            self._held[row.id, row.version] = Tags(row.theme, tuple(events), sensitive)
