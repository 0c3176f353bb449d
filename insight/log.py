"""Reads the turns of a day from the answer log, with whose content each was answered from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, select

from core.catalogue.keys import RecordKey
from core.catalogue.registers import bearers
from core.catalogue.tables import RECORDS
from core.citizens.tables import answer_log, answer_source, feedback
from insight.counting import LoggedTurn

_PER_QUERY = 500
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
    sources = _first_sources(connection, day, zone)
    items = select(answer_log.c.item_id).where(within(day, zone), answer_log.c.item_id.is_not(None))
    named = {RecordKey("item", number) for number in connection.execute(items.distinct()).scalars()}
    agencies = _agencies_of(connection, named | set(sources.values()))
    log = answer_log.c
    columns = (log.id, log.item_id, log.region, log.channel, log.status, log.step_ms, feedback.c.useful)
    chosen = (
        select(*columns)
        .select_from(answer_log.outerjoin(feedback, feedback.c.answer_id == log.id))
        .where(within(day, zone))
    )
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(chosen):
        key = sources.get(row.id) if row.item_id is None else RecordKey("item", row.item_id)
        yield LoggedTurn(
            agency=agencies.get(key, "") if key else "",
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


def _first_sources(connection: Connection, day: date, zone: ZoneInfo) -> Mapping[str, RecordKey]:
    """The first record that was quoted, for answers that are about no service item."""
    source = answer_source.c
    chosen = (
        select(source.answer_id, source.kind, source.record_id)
        .join(answer_log, answer_log.c.id == source.answer_id)
        .where(within(day, zone), answer_log.c.item_id.is_(None))
        .order_by(source.answer_id, source.kind.desc(), source.record_id.desc())
    )
    # The last one written for an answer stays: it is the first of its records.
    return {row.answer_id: RecordKey(row.kind, row.record_id) for row in connection.execute(chosen)}


def _agencies_of(connection: Connection, keys: Collection[RecordKey]) -> dict[RecordKey, str]:
    """External ids of the agencies whose these records are; without those that are nobody's."""
    names = bearers(connection)
    found: dict[RecordKey, str] = {}
    for kind, table in RECORDS.items():
        numbers = sorted(key.id for key in keys if key.kind == kind)
        for some in _portions(numbers):
            chosen = select(table.c.id, table.c.agency).where(table.c.id.in_(some))
            for number, name in connection.execute(chosen):
                if name in names:
                    found[RecordKey(kind, number)] = names[name]
    return found


def _portions(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _PER_QUERY):
        yield numbers[start : start + _PER_QUERY]
