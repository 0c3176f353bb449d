"""Reads the turns of a day from the answer log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, select

from core.citizens.tables import answer_log, feedback
from insight.counting import LoggedTurn

_AT_ONCE = 1000


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The day of the city at an instant."""
    return instant.astimezone(zone).date()


def bounds_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a day of the city begins, and when the next one does."""
    begins, next_day = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
    return begins, next_day


def within(day: date, zone: ZoneInfo) -> ColumnElement[bool]:
    """That a turn was in a day of the city."""
    begins, ends = bounds_of(day, zone)
    return and_(answer_log.c.created >= begins, answer_log.c.created < ends)


def turns_of(connection: Connection, day: date, zone: ZoneInfo) -> Iterator[LoggedTurn]:
    """Every turn of a day; read as they are asked for."""
    log = answer_log.c
    columns = (log.agency, log.item_id, log.region, log.channel, log.status, log.step_ms, feedback.c.useful)
    chosen = (
        select(*columns)
        .select_from(answer_log.outerjoin(feedback, feedback.c.answer_id == log.id))
        .where(within(day, zone))
    )
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(chosen):
        yield LoggedTurn(
            agency=row.agency or "",
            item=row.item_id,
            region=row.region or "",
            channel=row.channel,
            status=row.status,
            step_ms=row.step_ms or {},
            useful=row.useful,
        )


def logged_turns(connection: Connection, day: date, zone: ZoneInfo) -> int:
    """How many turns the log has of a day."""
    return connection.execute(select(func.count()).where(within(day, zone))).scalar_one()
