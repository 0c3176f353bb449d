"""Who asked the questions of a group and wants to hear of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from casework.tables import grouped_question, question_group
from core.catalogue.keys import Kind
from core.citizens.tables import answer_log, followup


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


def askers_of(connection: Connection, group: int) -> list[Asker]:
    """Everybody who agreed to hear of it, by citizen; each once."""
    found = (
        select(followup.c.citizen, answer_log.c.question, grouped_question.c.at)
        .join(answer_log, answer_log.c.id == followup.c.answer_id)
        .join(grouped_question, grouped_question.c.answer_id == followup.c.answer_id)
        .where(grouped_question.c.group_id == group)
        .order_by(followup.c.citizen, grouped_question.c.at)
    )
    return list({row.citizen: Asker(*row) for row in connection.execute(found)}.values())
