"""Who asked the questions of a group and wants to hear of the answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from casework.kept import batched
from casework.tables import grouped_question, question_group
from core.catalogue.keys import Kind
from core.citizens.tables import answer_log, followup
from core.jobs.kinds import Kind as JobKind
from core.jobs.queue import enqueue
from core.jobs.schedules import ACTOR


@dataclass(frozen=True, slots=True)
class Asker:
    """A citizen with the last question of theirs in the group, masked as it was logged."""

    citizen: str
    question: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """The record that answers a group."""

    kind: Kind
    external_id: str


def answered_by(connection: Connection, group: int) -> Answered | None:
    """What answers a group; None where nothing does, or nothing does any more."""
    columns = (question_group.c.answered_kind, question_group.c.answered_by)
    row = connection.execute(select(*columns).where(question_group.c.id == group)).one_or_none()
    return Answered(row[0], row[1]) if row is not None and row[1] is not None else None


def tell_later(connection: Connection, groups: Collection[int], now: datetime) -> None:
    """Puts a job in for each of these groups that is answered and in which somebody wants to hear of it.

    Whoever asks after the answer is told as well; who was told before gets nothing twice.
    """
    for some in batched(sorted(groups)):
        wanted = (
            select(followup.c.answer_id)
            .join(grouped_question, grouped_question.c.answer_id == followup.c.answer_id)
            .where(grouped_question.c.group_id == question_group.c.id)
        )
        answered = select(question_group.c.id).where(
            question_group.c.id.in_(some), question_group.c.answered_by.is_not(None), wanted.exists()
        )
        for group in connection.execute(answered).scalars().all():
            given = {"group": group}
            enqueue(connection, JobKind.TELL, given, by=ACTOR, now=now, unique=f"tell-later:{group}")


def askers_of(connection: Connection, group: int) -> list[Asker]:
    """Everybody who agreed to hear of it, by citizen; each once."""
    found = (
        select(followup.c.citizen, answer_log.c.question, answer_log.c.created)
        .join(answer_log, answer_log.c.id == followup.c.answer_id)
        .join(grouped_question, grouped_question.c.answer_id == followup.c.answer_id)
        .where(grouped_question.c.group_id == group)
        .order_by(followup.c.citizen, answer_log.c.created)
    )
    return list({row.citizen: Asker(*row) for row in connection.execute(found)}.values())
