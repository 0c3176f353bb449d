"""Who was told what a record said before it was changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from core.catalogue.keys import RecordKey
from core.citizens.tables import answer_log, answer_source, followup

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


def told_before(connection: Connection, key: RecordKey, version: int, since: datetime) -> Iterator[Told]:
    """Every answer from then on that quoted an older version of a record than this, in order of time.

    Also those of citizens who were told something of the newer version since: it need not be what changed.
    Read as they are asked for.
    """
    ours = (answer_source.c.kind == key.kind, answer_source.c.record_id == key.id)
    found = (
        select(answer_log.c.id, answer_source.c.version, answer_log.c.created, followup.c.citizen)
        .join(answer_source, answer_source.c.answer_id == answer_log.c.id)
        .join(followup, followup.c.answer_id == answer_log.c.id, isouter=True)
        .where(and_(*ours), answer_source.c.version < version, answer_log.c.created >= since)
        .order_by(answer_log.c.created, answer_log.c.id)
    )
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(found)
    yield from (Told(*row) for row in rows)
