"""How fresh what is published is: expired and still there, not touched for a year, about to expire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, literal, select, union_all

from core.catalogue.keys import Kind
from core.catalogue.models import Agency, Status
from core.catalogue.registers import find, own_names
from core.catalogue.tables import RECORDS
from core.clock import Clock
from core.database.engine import reading
from insight.tables import CITY

STALE_DAYS: Final = 365
SOON_DAYS: Final = 30


class State(StrEnum):
    """What is wrong with a content, or will be."""

    EXPIRED = "expired"
    SOON = "soon"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Aged:
    """A published content that somebody should look at.

    Attributes:
        expires: Its last day in force.
    """

    kind: Kind
    external_id: str
    title: str
    agency: str | None
    expires: date | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """How many contents are published, and how many of them are in each state; one may be in two."""

    published: int
    counts: Mapping[State, int]


class Contents:
    """Reads of what is published, with the clock's day."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def freshness(self, agency: str = CITY) -> Freshness:
        """Counts of an agency's contents, or of all."""
        published, counts = 0, dict.fromkeys(State, 0)
        with reading(self._engine) as connection:
            for table in RECORDS.values():
                own = _of(connection, table, agency)
                sums = [func.count().filter(self._is(table, state)) for state in State]
                row = connection.execute(select(func.count(), *sums).where(*own)).one()
                published += row[0]
                counts = {state: counts[state] + row[place] for place, state in enumerate(State, start=1)}
        return Freshness(published, counts)

    def aged(self, state: State, agency: str = CITY, most: int = 50, skipped: int = 0) -> list[Aged]:
        """Contents in a state, what is worst first; `freshness` tells how many there are."""
        with reading(self._engine) as connection:
            parts = [
                select(
                    literal(kind).label("kind"), table.c.external_id, table.c.title, table.c.agency,
                    table.c.effective_to, table.c.updated_at, table.c.id,
                ).where(*_of(connection, table, agency), self._is(table, state))
                for kind, table in RECORDS.items()
            ]  # fmt: skip
            all_ = union_all(*parts).subquery()
            since = all_.c.updated_at if state is State.STALE else all_.c.effective_to
            chosen = select(all_).order_by(since, all_.c.kind, all_.c.id).limit(most).offset(skipped)
            rows = connection.execute(chosen).all()
        return [
            Aged(row.kind, row.external_id, row.title, row.agency, row.effective_to, row.updated_at)
            for row in rows
        ]

    def _is(self, table: Table, state: State) -> ColumnElement[bool]:
        today = self._clock.today()
        match state:
            case State.EXPIRED:
                return table.c.effective_to < today
            case State.SOON:
                return table.c.effective_to.between(today, today + timedelta(days=SOON_DAYS))
            case State.STALE:
                return table.c.updated_at < self._clock.now() - timedelta(days=STALE_DAYS)


def _of(connection: Connection, table: Table, agency: str) -> list[ColumnElement[bool]]:
    published = [table.c.status == Status.PUBLISHED.value]
    if agency == CITY:
        return published
    held = find(connection, Agency, agency)
    return [*published, table.c.agency.in_(own_names(connection, held) if held else ())]
