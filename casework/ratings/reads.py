"""Figures of ratings, for whoever reports on the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Date, Table, and_, case, func, select

from casework.ratings.models import Level, TaskState
from casework.ratings.tables import rating, rating_task


@dataclass(frozen=True, slots=True)
class Rates:
    """What was rated on some days, and what became of the bad ratings.

    Attributes:
        levels: How many of each level.
        tasks: Bad ratings of these days that have a task.
        open: Those that are not closed yet.
        overdue: Those of them whose day is over.
        closed, closed_in_time: Those that are closed, and by their day.
    """

    levels: Mapping[Level, int]
    tasks: int
    open: int
    overdue: int
    closed: int
    closed_in_time: int

    @property
    def total(self) -> int:
        """All ratings."""
        return sum(self.levels.values())

    @property
    def bad_share(self) -> float | None:
        """Share of the two lowest levels, 0 to 1; None without ratings."""
        return self._share([level for level in Level if level.is_bad])

    @property
    def satisfied_share(self) -> float | None:
        """Share of the three others, 0 to 1; None without ratings."""
        return self._share([level for level in Level if not level.is_bad])

    def _share(self, of: list[Level]) -> float | None:
        return sum(self.levels[level] for level in of) / self.total if self.total else None


def rates(connection: Connection, since: date, until: date, agency: str | None, today: date) -> Rates:
    """The ratings of the days from `since` to `until`, both included.

    Args:
        agency: External id: ratings of its items, and tasks that it has; None is all.
        today: Of the city.
    """
    counted = (
        select(rating.c.level, func.count())
        .where(*_within(rating, rating.c.day, since, until, agency))
        .group_by(rating.c.level)
    )
    found = {row[0]: row[1] for row in connection.execute(counted)}
    ended = rating_task.c.state == TaskState.CLOSED
    late = and_(~ended, rating_task.c.due < today)
    in_time = and_(ended, rating_task.c.closed <= rating_task.c.due)
    sums = (func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in (~ended, late, ended, in_time))
    tasks = select(func.count(), *sums).where(
        *_within(rating_task, rating_task.c.opened, since, until, agency)
    )
    row = connection.execute(tasks).one()
    return Rates({level: found.get(level, 0) for level in Level}, *map(int, row))


def _within(
    table: Table, day: ColumnElement[Date], since: date, until: date, agency: str | None
) -> list[ColumnElement[bool]]:
    own = [table.c.agency == agency] if agency is not None else []
    return [*own, day >= since, day <= until]
