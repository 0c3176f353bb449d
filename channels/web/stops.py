"""What citizens want no more notices of: a kind, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final, Literal

from sqlalchemy import Connection, Engine, delete, select

from channels.ports import NoticeKind
from channels.web.tables import notice_stop
from core.citizens.consents import hold
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import insert_missing

ALL: Final = "all"
Stoppable = NoticeKind | Literal["all"]


class Stops:
    """Stops and lets go on. A consent stays as it is: that one is taken back where it was given."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def of(self, citizen: str) -> set[NoticeKind]:
        """Kinds that the citizen gets no more of."""
        with reading(self._engine) as connection:
            return _of(connection, citizen)

    def stop(self, citizen: str, what: Stoppable) -> set[NoticeKind]:
        """Ends a kind, or all; what is stopped then."""
        with writing(self._engine) as connection:
            # With the citizen's row held, as whoever sends holds it: what is stopped is not sent any more.
            hold(connection, citizen, self._clock.now())
            insert_missing(connection, notice_stop, citizen=citizen, kind=what, since=self._clock.now())
            return _of(connection, citizen)

    def lift(self, citizen: str, what: Stoppable) -> set[NoticeKind]:
        """Lets a kind go on, or all; what is stopped then. Of all that were stopped the others stay so."""
        with writing(self._engine) as connection:
            hold(connection, citizen, self._clock.now())
            kept = set() if what == ALL else _of(connection, citizen) - {NoticeKind(what)}
            connection.execute(delete(notice_stop).where(notice_stop.c.citizen == citizen))
            for kind in sorted(kept):
                insert_missing(connection, notice_stop, citizen=citizen, kind=kind, since=self._clock.now())
            return kept


def stopped_among(connection: Connection, citizens: Sequence[str]) -> set[tuple[str, NoticeKind]]:
    """Each citizen with each kind that is stopped."""
    rows = select(notice_stop.c.citizen, notice_stop.c.kind).where(notice_stop.c.citizen.in_(citizens))
    stopped: set[tuple[str, NoticeKind]] = set()
    for citizen, kind in connection.execute(rows):
        stopped.update(product([citizen], NoticeKind if kind == ALL else [NoticeKind(kind)]))
    return stopped


def _of(connection: Connection, citizen: str) -> set[NoticeKind]:
    return {kind for _, kind in stopped_among(connection, [citizen])}
