"""Who was told what a record said before it was changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from core.catalogue.keys import RecordKey
from core.citizens.consents import Purpose
from core.citizens.tables import IN_FORCE, answer_source, consent, followup

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that quoted a record.

    Attributes:
        version: The record's version then.
        citizen: Who wants to hear more of it; None where nobody does, or nobody knows who it was.
    """

    answer_id: str
    version: int
    at: datetime
    citizen: str | None


def quoted(key: RecordKey, version: int, since: datetime) -> ColumnElement[bool]:
    """Whether a row of `answer_source` is of an answer from then on, and of an older version than this."""
    ours = (answer_source.c.kind == key.kind, answer_source.c.record_id == key.id)
    return and_(*ours, answer_source.c.at >= since, answer_source.c.version < version)


def told_before(
    connection: Connection, key: RecordKey, version: int, since: datetime, *, wanted: bool = False
) -> Iterator[Told]:
    """Every answer from then on that quoted an older version of a record than this, in order of time.

    Also those of citizens who were told something of the newer version since: it need not be what changed.
    Read as they are asked for.

    Args:
        wanted: Only those of citizens who want to hear more of it.
    """
    source = answer_source.c
    found = (
        select(source.answer_id, source.version, source.at, followup.c.citizen)
        .join(followup, followup.c.answer_id == source.answer_id, isouter=not wanted)
        .where(quoted(key, version, since))
        .order_by(source.at, source.answer_id)
    )
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(found)
    yield from (Told(*row) for row in rows)


def citizens_to_tell(connection: Connection, key: RecordKey, version: int, since: datetime) -> int:
    """How many of those who were told an older version than this from then on agree to hear of it now."""
    purpose = consent.c.purpose == Purpose.FOLLOWUP_NOTICE.value
    agree = and_(consent.c.citizen == followup.c.citizen, purpose, IN_FORCE)
    found = (
        select(func.count(followup.c.citizen.distinct()))
        .select_from(answer_source)
        .join(followup, followup.c.answer_id == answer_source.c.answer_id)
        .join(consent, agree)
        .where(quoted(key, version, since))
    )
    return connection.execute(found).scalar_one()
