"""Questions of the answer log that nobody could answer, or whose answer was of no use, as they came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Select, select

from casework.tables import grouped_question
from core.answering import AnswerStatus
from core.citizens.tables import answer_log, feedback

UNANSWERED = (AnswerStatus.NO_ANSWER.value, AnswerStatus.CLARIFY.value)
# A turn is written with the time at which it began: rows may come to light so much later than others.
LINGER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits to be grouped.

    Attributes:
        question: Masked; empty where its citizen was erased.
        at: Since when it waits: since it was asked, or, where it is `rated`, since then.
        asked, channel, region, item_id: As in the answer log.
    """

    answer_id: str
    question: str
    at: datetime
    asked: datetime
    channel: str
    region: str | None
    item_id: int | None
    rated: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the log has been read: what is older by more than `LINGER` is not looked at again."""

    answers: datetime | None
    opinions: datetime | None

    def after(self, asked: Sequence[Asked], now: datetime) -> Cursor:
        """Moved on by what was taken, never beyond now: a clock may have been ahead."""
        answers = [one.at for one in asked if not one.rated]
        opinions = [one.at for one in asked if one.rated]
        return Cursor(_latest(self.answers, answers, now), _latest(self.opinions, opinions, now))


def due(connection: Connection, cursor: Cursor, most: int) -> list[Asked]:
    """The next ones that were not looked at yet, at most so many, oldest first."""
    # One status at a time, so that an index tells what is new of it.
    answers = [
        _since(answer_log.c.created, cursor.answers, most).where(answer_log.c.status == status)
        for status in UNANSWERED
    ]
    opinions = (
        _since(feedback.c.updated, cursor.opinions, most)
        .join(feedback, feedback.c.answer_id == answer_log.c.id)
        .where(feedback.c.useful.is_(False), answer_log.c.status.not_in(UNANSWERED))
    )
    found = [one for chosen in answers for one in _asked(connection, chosen, rated=False)]
    found += _asked(connection, opinions, rated=True)
    return sorted(found, key=lambda one: (one.at, one.answer_id))[:most]


def _since(time: Column[datetime], since: datetime | None, most: int) -> Select[*tuple[Any, ...]]:
    seen = select(grouped_question.c.answer_id).where(grouped_question.c.answer_id == answer_log.c.id)
    named = (answer_log.c.id.label("answer_id"), time.label("at"), answer_log.c.created.label("asked"))
    kept = (answer_log.c.question, answer_log.c.channel, answer_log.c.region, answer_log.c.item_id)
    chosen = select(*named, *kept).where(~seen.exists())
    if since is not None:
        chosen = chosen.where(time > since - LINGER)
    return chosen.order_by(time, answer_log.c.id).limit(most)


def _asked(connection: Connection, chosen: Select[*tuple[Any, ...]], *, rated: bool) -> Iterator[Asked]:
    for row in connection.execute(chosen):
        yield Asked(**row._mapping, rated=rated)


def _latest(before: datetime | None, taken: Sequence[datetime], now: datetime) -> datetime | None:
    times = [min(time, now) for time in (before, *taken) if time is not None]
    return max(times, default=None)
