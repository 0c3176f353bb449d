"""The log of words that were found: which, where and what followed; never what was said around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select

from core.database.engine import writing
from core.retention.models import DataClass, RetentionRule
from core.words.models import Scope
from core.words.tables import word_hit


@dataclass(frozen=True, slots=True)
class Hit:
    """A word that was found.

    Attributes:
        word: Its number, also where there is no such word any more.
        scope: `in` or `out`.
        answer_id: Of the turn, as the answer log has it.
        shown: What was found, masked.
    """

    at: datetime
    word: int
    agency: str | None
    scope: Scope
    action: str
    channel: str
    answer_id: str
    shown: str


@dataclass(frozen=True, slots=True)
class HitCount:
    """How often a word was found."""

    word: int
    shown: str
    scope: Scope
    action: str
    times: int


def note_hits(engine: Engine, hits: Sequence[Hit]) -> None:
    """Writes them down; blocks."""
    if hits:
        with writing(engine) as connection:
            connection.execute(insert(word_hit), [asdict(one) for one in hits])


def listed_hits(
    connection: Connection, *, agency: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[Hit], int]:
    """Hits, newest first, and how many there are in all.

    Args:
        agency: Only those of this agency's words; None is all.
    """
    wanted = _of(agency)
    total = connection.execute(select(func.count()).select_from(word_hit).where(*wanted)).scalar_one()
    columns = [word_hit.c[name] for name in Hit.__dataclass_fields__]
    page = select(*columns).where(*wanted).order_by(word_hit.c.id.desc()).limit(limit).offset(offset)
    return [Hit(**{**row._asdict(), "scope": Scope(row.scope)}) for row in connection.execute(page)], total


def counted_hits(
    connection: Connection, since: datetime, *, agency: str | None = None, limit: int = 50
) -> list[HitCount]:
    """How often each word was found from then on, the most frequent first."""
    by = (word_hit.c.word, word_hit.c.scope, word_hit.c.action)
    times = func.count().label("times")
    shown = func.min(word_hit.c.shown).label("shown")
    counted = select(*by, shown, times).where(word_hit.c.at >= since, *_of(agency)).group_by(*by)
    rows = connection.execute(counted.order_by(times.desc(), word_hit.c.word).limit(limit))
    return [HitCount(row.word, row.shown, Scope(row.scope), row.action, row.times) for row in rows]


def hit_rule(days: int) -> RetentionRule:
    """How long a hit is kept."""
    return RetentionRule(
        name="word_hits", label="敏感词记录", data_class=DataClass.CONTENT, clock=word_hit.c.at, days=days,
        setting="WORD_HIT_DAYS", reason="用于维护词表；只记哪个词、何时命中，不记原话。",
    )  # fmt: skip


def _of(agency: str | None) -> list[ColumnElement[bool]]:
    return [word_hit.c.agency == agency] if agency is not None else []
