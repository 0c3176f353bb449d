"""Keeps figures by day beside the answer log: which days are to be counted, and each replaced whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, delete, func, insert, select

from core.citizens.tables import answer_log, feedback
from core.clock import Clock
from core.database.engine import reading
from core.database.rows import put
from insight.counting import DayFigures, figures_of
from insight.log import day_of, logged_turns, turns_of
from insight.periods import MOST_DAYS
from insight.tables import figure_agency, figure_day, figure_item, figure_time, figure_turn

# Pages may be so far behind.
FRESH: Final = timedelta(minutes=5)
# A row may come to light so much later than the time that it bears.
LINGER: Final = timedelta(minutes=10)
# Older days change no more: nobody can rate an answer whose conversation is forgotten.
CHANGING: Final = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Held:
    """A day that is counted: how many turns it had when the log was read."""

    turns: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """A day that was counted and is to be kept."""

    day: date
    figures: DayFigures
    at: datetime


class FigureKeeper:
    """The figures of an installation. Whatever is done twice is done once; whatever is cut off is due again.

    Args:
        engine: Database.
        clock: The time.
        zone: In which days begin.
    """

    def __init__(self, engine: Engine, clock: Clock, zone: ZoneInfo) -> None:
        self._engine = engine
        self._clock = clock
        self._zone = zone

    def is_due(self) -> bool:
        """Whether a day is missing, or the log has gone on for a while since today was counted."""
        now = self._clock.now()
        with reading(self._engine) as connection:
            days = self._days(connection)
            held = held_days(connection, days[-1]) if days else {}
            newest = [connection.execute(select(func.max(time))).scalar_one()
                      for time in (answer_log.c.created, feedback.c.updated)]  # fmt: skip
        if any(day not in held for day in days):
            return True
        if not days or timedelta(0) <= now - (counted := held[days[0]].at) < FRESH:
            return False
        # Counted in times to come: the clock was ahead once.
        return counted > now or any(at is not None and at > counted - LINGER for at in newest)

    def due(self) -> list[date]:
        """Days to count: today and yesterday, those whose log has changed, those that are missing.

        The latest come first, so that a long backlog keeps nobody from seeing today.
        """
        with reading(self._engine) as connection:
            days = self._days(connection)
            held = held_days(connection, days[-1]) if days else {}
            changed = self._changed(connection, held) & set(days)
        first = sorted({*days[:2], *changed}, reverse=True)
        return [*first, *(day for day in days if day not in held and day not in first)]

    def count(self, day: date) -> Counted:
        """Reads a day of the log; blocks for as long as its turns take."""
        # Before reading: what comes later is not in it.
        now = self._clock.now()
        with reading(self._engine) as connection:
            return Counted(day, figures_of(turns_of(connection, day, self._zone)), now)

    def keep(self, connection: Connection, counted: Counted) -> bool:
        """Puts a day in place of what was kept of it, in the caller's transaction.

        Returns: Whether it did: where the log has forgotten turns since, the figures stay as they are.
        """
        day, figures = counted.day, counted.figures
        kept = select(figure_day.c.turns).where(figure_day.c.day == day)
        before = connection.execute(kept).scalar()
        stays = before is not None and before > figures.turns
        if not stays:
            rows = (
                (figure_turn, figures.outcome_rows()),
                (figure_agency, figures.agency_rows()),
                (figure_item, figures.item_rows()),
                (figure_time, figures.time_rows()),
            )
            for table, made in rows:
                connection.execute(delete(table).where(table.c.day == day))
                if new := [{"day": day, **row} for row in made]:
                    connection.execute(insert(table), new)
        turns = before if stays else figures.turns
        put(connection, figure_day, "day", day=day, turns=turns, counted_at=counted.at)
        return not stays

    def _days(self, connection: Connection) -> list[date]:
        """Today and every day before it that the log may have something of, the latest first."""
        first = connection.execute(select(func.min(answer_log.c.created))).scalar_one()
        if first is None:
            return []
        today = self._clock.today()
        # A clock that was wrong once makes no thousand years of empty days.
        age = min(max(0, (today - day_of(first, self._zone)).days), MOST_DAYS - 1)
        return [today - timedelta(days=back) for back in range(age + 1)]

    def _changed(self, connection: Connection, held: Mapping[date, Held]) -> set[date]:
        """Days with other opinions, or more turns, than when they were counted."""
        # Longer ago where nobody has counted for so long.
        last = max((one.at for one in held.values()), default=self._clock.now())
        since = min(self._clock.now() - CHANGING, last) - LINGER
        rated = (
            select(answer_log.c.created, feedback.c.updated)
            .join(feedback, feedback.c.answer_id == answer_log.c.id)
            .where(feedback.c.updated > since)
        )
        opinions = ((day_of(at, self._zone), updated) for at, updated in connection.execute(rated))
        found = {day for day, updated in opinions if day in held and updated > held[day].at - LINGER}
        recent = [day for day in held if day >= day_of(since, self._zone)]
        return found | {day for day in recent if logged_turns(connection, day, self._zone) > held[day].turns}


def held_days(connection: Connection, first: date) -> dict[date, Held]:
    """Days that are counted, from one on."""
    chosen = select(figure_day).where(figure_day.c.day >= first)
    return {row.day: Held(row.turns, row.counted_at) for row in connection.execute(chosen)}
