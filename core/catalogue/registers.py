"""Agencies, regions, everyday names, fixed answers, bundles as registers: an entry, a page, a change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Table,
    cast,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from core.catalogue.bundles import Bundle
from core.catalogue.models import Agency, Region
from core.catalogue.payloads import from_payload, to_payload
from core.catalogue.records import Outcome
from core.catalogue.revision import next_revision
from core.catalogue.tables import agency, bundle, pin, region, term
from core.catalogue.wording import Pin, Term

Entry = Agency | Region | Term | Pin | Bundle
_E = TypeVar("_E", bound=Entry)
_TABLES: Final[dict[type, tuple[Table, str, Sequence[str]]]] = {
    Agency: (agency, "external_id", ("name", "external_id", "aliases", "former_names", "phone", "address")),
    Region: (region, "code", ("code", "name", "aliases")),
    Term: (term, "key", ("term", "means", "item")),
    Pin: (pin, "key", ("question", "others", "answer", "title", "item", "document")),
    Bundle: (bundle, "external_id", ("external_id", "name", "summary", "phrases", "life_events")),
}


def mark_of(entry: Entry) -> str:
    """Sixteen hexadecimal digits that are others after each change of an entry."""
    return hashlib.sha256(to_payload(entry).encode()).hexdigest()[:16]


def find(connection: Connection, kind: type[_E], key: str) -> _E | None:
    """One entry: an agency or a bundle by external id, a region by code, a term or a pin by `key`."""
    table, name, _ = _TABLES[kind]
    payload = connection.execute(select(table.c.payload).where(table.c[name] == key)).scalar()
    return from_payload(kind, payload) if payload is not None else None


def listed(
    connection: Connection, kind: type[_E], *, words: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[_E], int]:
    """Entries in the order of their keys, and how many there are in all.

    Args:
        words: Parts that must all stand in what an entry says.
    """
    table, key, fields = _TABLES[kind]
    wanted = [_says(connection, table, fields, word) for word in words.split()]
    # A fixed answer stands once for each of its questions.
    each = select(func.min(table.c[key]).label("first"), table.c.payload).where(*wanted)
    each = each.group_by(table.c.payload)
    total = connection.execute(select(func.count()).select_from(each.subquery())).scalar_one()
    rows = connection.execute(each.order_by("first").limit(limit).offset(offset)).all()
    return [from_payload(kind, row.payload) for row in rows], total


def _says(connection: Connection, table: Table, fields: Sequence[str], word: str) -> ColumnElement[bool]:
    payload: Any = table.c.payload
    # The column is text: SQLite reads it as JSON as it is, and would make a number of it where it is cast.
    said = cast(payload, JSON) if connection.dialect.name == "postgresql" else type_coerce(payload, JSON)
    return or_(*(said[name].as_string().icontains(word, autoescape=True) for name in fields))


def put_agency(connection: Connection, entry: Agency) -> Outcome:
    """Writes an agency; the names that it had before stay with it, since its records may bear them."""
    held = find(connection, Agency, entry.external_id)
    if held is not None:
        known = (*entry.former_names, held.name, *held.former_names)
        former = [name for name in dict.fromkeys(known) if name != entry.name]
        entry = replace(entry, former_names=former)
    return _put(connection, entry, entry.external_id, held)


def put_region(connection: Connection, entry: Region) -> Outcome:
    """Writes a region."""
    return _put(connection, entry, entry.code, find(connection, Region, entry.code))


def _put(connection: Connection, entry: Agency | Region, key: str, held: Entry | None) -> Outcome:
    if entry == held:
        return "unchanged"
    table, name, _ = _TABLES[type(entry)]
    row = {name: key, "name": entry.name, "payload": to_payload(entry)}
    next_revision(connection)
    if held is None:
        connection.execute(insert(table).values(row))
        return "created"
    connection.execute(update(table).where(table.c[name] == key).values(row))
    return "changed"


def agency_named(connection: Connection, name: str | None) -> Agency | None:
    """The agency that bears a name, else the one that bore it: whose a record of this name is.

    Not by an alias: agencies choose those themselves, and none may take another's records by one.
    """
    if name is None:
        return None
    known = select(agency.c.payload).where(agency.c.name == name).order_by(agency.c.external_id)
    payload = connection.execute(known).scalars().first()
    if payload is not None:
        return from_payload(Agency, payload)
    renamed = select(agency.c.payload).where(agency.c.payload.like('%"former_names":["%'))
    rows = connection.execute(renamed.order_by(agency.c.external_id)).scalars()
    bore = (from_payload(Agency, payload) for payload in rows)
    return next((one for one in bore if name in one.former_names), None)


def bearers(connection: Connection) -> dict[str, str]:
    """Of every name that records may bear the external id of whose they are, as `agency_named` tells it."""
    payloads = connection.execute(select(agency.c.payload).order_by(agency.c.external_id.desc())).scalars()
    agencies = [from_payload(Agency, payload) for payload in payloads]
    # What is written later stands: the first agency by id, and a present name before a former one.
    former = {name: one.external_id for one in agencies for name in one.former_names}
    return former | {one.name: one.external_id for one in agencies}


def own_names(connection: Connection, one: Agency) -> tuple[str, ...]:
    """Names under which records are the agency's own: none that it bore and another agency has now."""
    bearers = ((name, agency_named(connection, name)) for name in one.names)
    return tuple(name for name, bearer in bearers if bearer and bearer.external_id == one.external_id)
