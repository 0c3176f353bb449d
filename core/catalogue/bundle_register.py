"""Bundles in the database: read whole, as there are a few dozen; each change takes a revision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection, Engine, delete, insert, select, update

from core.catalogue.bundles import Bundle
from core.catalogue.payloads import from_payload, to_payload
from core.catalogue.records import Outcome
from core.catalogue.revision import next_revision
from core.catalogue.tables import RECORDS, bundle
from core.database.engine import reading

_PER_QUERY = 500


@lru_cache(maxsize=512)
def _read_again(payload: str) -> Bundle:
    # The portal asks twice a second, and what is read is never changed.
    return from_payload(Bundle, payload)


@dataclass(frozen=True, slots=True)
class Bundles:
    """What there is.

    Attributes:
        all: By external id.
        items: External ids of their service items, by number; of those that the catalogue has.
    """

    all: Sequence[Bundle] = ()
    items: Mapping[int, str] = field(default_factory=dict)


class BundleReads:
    """Reads of one database; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self) -> Bundles:
        """Every bundle as it stands at this moment."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(bundle.c.payload).order_by(bundle.c.external_id)).scalars().all()
            every = [_read_again(payload) for payload in rows]
            return Bundles(every, _numbers(connection, {step.item for one in every for step in one.steps}))


def _numbers(connection: Connection, external_ids: Collection[str]) -> dict[int, str]:
    table, names = RECORDS["item"], sorted(external_ids)
    found: dict[int, str] = {}
    for start in range(0, len(names), _PER_QUERY):
        among = table.c.external_id.in_(names[start : start + _PER_QUERY])
        rows = connection.execute(select(table.c.id, table.c.external_id).where(among))
        found |= {row.id: row.external_id for row in rows}
    return found


def put_bundle(connection: Connection, entry: Bundle) -> Outcome:
    """Writes a bundle in place of the one with its external id."""
    payload = to_payload(entry)
    held = select(bundle.c.payload).where(bundle.c.external_id == entry.external_id)
    old = connection.execute(held).scalar()
    if old == payload:
        return "unchanged"
    next_revision(connection)
    row = {"external_id": entry.external_id, "name": entry.name, "payload": payload}
    if old is None:
        connection.execute(insert(bundle).values(row))
        return "created"
    connection.execute(update(bundle).where(bundle.c.external_id == entry.external_id).values(row))
    return "changed"


def drop_bundle(connection: Connection, external_id: str) -> bool:
    """Takes a bundle away; False where there is none."""
    gone = bool(connection.execute(delete(bundle).where(bundle.c.external_id == external_id)).rowcount)
    if gone:
        next_revision(connection)
    return gone
