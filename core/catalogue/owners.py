"""Whose a record is, by the agency's external id: what an answer quotes is noted with it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection, Executable, bindparam, select

from core.catalogue.keys import Kind, RecordKey
from core.catalogue.registers import agency_named
from core.catalogue.tables import RECORDS, agency


def owner_of(connection: Connection, keys: Iterable[RecordKey]) -> str | None:
    """The agency of the first of these records that belongs to one; None where none does."""
    for key in keys:
        row = connection.execute(_by_name(key.kind), {"number": key.id}).first()
        if row is None or row.name is None:
            continue
        # Only of one that was renamed, or whose agency is not in the register, is more looked up.
        found = row.external_id or getattr(agency_named(connection, row.name), "external_id", None)
        if found is not None:
            return str(found)
    return None


@lru_cache(maxsize=2)
def _by_name(kind: Kind) -> Executable:
    table = RECORDS[kind]
    named = table.outerjoin(agency, agency.c.name == table.c.agency)
    return (
        select(table.c.agency.label("name"), agency.c.external_id)
        .select_from(named)
        .where(table.c.id == bindparam("number"))
        .order_by(agency.c.external_id)
    )
