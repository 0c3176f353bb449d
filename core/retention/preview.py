"""What is kept and what will go, in figures that stay quick however much there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from core.jobs.tables import schedule
from core.retention.models import RetentionRule
from core.retention.runs import SCHEDULE

# More are not counted for a page.
MOST_COUNTED: Final = 100_000


@dataclass(frozen=True)
class Forecast:
    """One rule, and its rows.

    Attributes:
        rows: How many there are.
        oldest: The clock of the first of them.
        next_run: So many go at the next run.
        later: So many go until the day that was asked for, those of the next run among them.
    """

    rule: RetentionRule
    rows: int
    oldest: datetime | None
    next_run: int
    later: int


def forecast(
    connection: Connection,
    rules: Iterable[RetentionRule],
    next_at: datetime,
    later: datetime,
    most: int | None = None,
) -> list[Forecast]:
    """Each rule with its figures; with `most` none of them is counted beyond it."""
    return [
        Forecast(
            rule,
            rule.kept(connection, most),
            rule.oldest(connection),
            rule.count(connection, next_at, most),
            rule.count(connection, later, most),
        )
        for rule in rules
    ]


def next_run_at(connection: Connection, now: datetime) -> datetime:
    """When the next run begins: now, where its time has come or no worker has been there yet."""
    planned = select(schedule.c.next_at).where(schedule.c.name == SCHEDULE)
    found: datetime | None = connection.execute(planned).scalar()
    return max(now, found) if found is not None else now
