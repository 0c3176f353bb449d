"""What has to be known of a service item before anything about it is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, select

from core.catalogue.reads import shown_on
from core.catalogue.tables import service_item


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A published item.

    Attributes:
        sensitive: No citizen is ever linked to it.
    """

    id: int
    theme: str | None
    agency: str | None
    sensitive: bool


def is_sensitive() -> ColumnElement[bool]:
    """Which rows of the items nobody is linked to."""
    # In canonical JSON these signs stand nowhere else: a quote in a text is escaped.
    return service_item.c.payload.contains('"sensitive":true')


def published(connection: Connection, ids: Collection[int], today: date) -> dict[int, KnownItem]:
    """Those of these items that citizens may see on the day."""
    wanted = select(
        service_item.c.id, service_item.c.theme, service_item.c.agency, is_sensitive().label("sensitive")
    ).where(service_item.c.id.in_(ids), shown_on(service_item, today))
    rows = connection.execute(wanted).all()
    return {row.id: KnownItem(row.id, row.theme, row.agency, bool(row.sensitive)) for row in rows}
