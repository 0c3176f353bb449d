"""What is done regularly: a row says when next. Of several workers one puts the job in, and no time twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, delete, select, update

from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import insert_missing
from core.jobs.queue import enqueue
from core.jobs.tables import schedule

ACTOR = "@schedule"
# The clocks of several workers differ a little.
_SLACK = timedelta(minutes=1)


@dataclass(frozen=True)
class Schedule:
    """Something regular.

    Attributes:
        name: Names it for ever.
        kind: Which jobs do it.
        every_s: Every so many seconds; or
        daily_at: at this time of the city's clock, as in 03:30.
    """

    name: str
    kind: str
    every_s: int | None = None
    daily_at: str | None = None

    def __post_init__(self) -> None:
        if (self.every_s is None) == (self.daily_at is None):
            raise ValueError(f"{self.name}: either every so often, or daily")

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The next time after `now`: what was missed meanwhile is not made up for."""
        if self.every_s is not None:
            return now + timedelta(seconds=self.every_s)
        local = now.astimezone(zone)
        today = datetime.combine(local.date(), time.fromisoformat(self.daily_at or ""), zone)
        return today if today > local else today + timedelta(days=1)


@dataclass(frozen=True)
class Planned:
    """A schedule as its row has it."""

    schedule: Schedule
    next_at: datetime
    last_at: datetime | None


class Schedules:
    """The schedules of one installation; methods block.

    Args:
        engine: Database.
        clock: The time.
        zone: Of daily times.
        known: Those that this version has.
    """

    def __init__(self, engine: Engine, clock: Clock, zone: ZoneInfo, known: Iterable[Schedule]) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone
        self._known = {one.name: one for one in known}

    def prepare(self) -> None:
        """Makes the rows those of this version; what is new is due at once."""
        with writing(self._engine) as connection:
            rows = {one.schedule.name: one for one in planned(connection)}
            connection.execute(delete(schedule).where(schedule.c.name.not_in(self._known)))
            for name, one in self._known.items():
                cadence = {"kind": one.kind, "every_s": one.every_s, "daily_at": one.daily_at}
                now = self._clock.now()
                if name not in rows:
                    # Several workers may be started at once.
                    insert_missing(connection, schedule, name=name, next_at=now, **cadence)
                elif rows[name].schedule != one:
                    changed = update(schedule).where(schedule.c.name == name)
                    connection.execute(changed.values(next_at=one.after(now, self._zone), **cadence))

    def put_in(self) -> list[int]:
        """A job for each schedule whose time has come; their numbers.

        A job of a schedule that is still open is not joined by a second one.
        """
        now = self._clock.now()
        with reading(self._engine) as connection:
            due = [one for one in planned(connection) if self._is_due(one, now)]
        found = [self._put_in(one, now) for one in due if one.schedule.name in self._known]
        return [number for number in found if number is not None]

    def _is_due(self, one: Planned, now: datetime) -> bool:
        """Also where its next time lies farther off than its rhythm goes: the clock was ahead once."""
        return one.next_at <= now or one.next_at > one.schedule.after(now, self._zone) + _SLACK

    def _put_in(self, due: Planned, now: datetime) -> int | None:
        one = self._known[due.schedule.name]
        moved = (
            update(schedule)
            .where(schedule.c.name == one.name, schedule.c.next_at == due.next_at)
            .values(next_at=one.after(now, self._zone), last_at=now)
        )
        with writing(self._engine) as connection:
            if connection.execute(moved).rowcount != 1:
                return None
            return enqueue(connection, one.kind, {}, by=ACTOR, now=now, unique=f"schedule:{one.name}")


def planned(connection: Connection) -> list[Planned]:
    """Every schedule, by name."""
    rows = connection.execute(select(schedule).order_by(schedule.c.name)).all()
    return [
        Planned(Schedule(row.name, row.kind, row.every_s, row.daily_at), row.next_at, row.last_at)
        for row in rows
    ]
