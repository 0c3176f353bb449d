"""Lists of records for those who look after them, whatever their status."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from core.catalogue.keys import Kind
from core.catalogue.models import Status
from core.catalogue.tables import RECORDS
from core.text.normalise import fold


@dataclass(frozen=True, slots=True)
class Listed:
    """A record in a list."""

    kind: Kind
    external_id: str
    title: str
    agency: str | None
    status: Status
    version: int
    updated_at: datetime


def listed_records(
    connection: Connection,
    kind: Kind,
    *,
    words: str = "",
    agencies: Collection[str] | None = None,
    status: Status | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[Listed], int]:
    """Records, those changed last first, and how many there are in all.

    Args:
        words: Parts that must all stand in the title, the code or another name.
        agencies: Names of the agencies whose records are wanted; None is all.
    """
    table = RECORDS[kind]
    wanted: list[ColumnElement[bool]] = [
        table.c.names.contains(word, autoescape=True) for word in fold(words).split()
    ]
    if agencies is not None:
        wanted.append(table.c.agency.in_(agencies))
    if status is not None:
        wanted.append(table.c.status == status.value)
    total = connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()
    kept = ("external_id", "title", "agency", "status", "version", "updated_at")
    page = select(*(table.c[name] for name in kept)).where(*wanted)
    order = (table.c.updated_at.desc(), table.c.id.desc())
    rows = connection.execute(page.order_by(*order).limit(limit).offset(offset)).all()
    return [
        Listed(kind, row.external_id, row.title, row.agency, Status(row.status), row.version, row.updated_at)
        for row in rows
    ], total
