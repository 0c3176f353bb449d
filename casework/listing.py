"""Groups of questions as staff see them: their titles are read from the answer log each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Engine, RowMapping, Select, func, select

from casework.grouping import title_of
from casework.tables import grouped_question, question_group
from core.catalogue.keys import Kind
from core.citizens.tables import answer_log
from core.database.engine import reading

UNTITLED = "（提问已删除）"


class GroupState(StrEnum):
    """What has become of a group."""

    OPEN = "open"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """A group.

    Attributes:
        title: Its most central question, masked as it was logged, and shortened.
        answered_kind, answered_by: The record that answers it, by its agency's name for it.
        reason: Why nothing is to be done.
        questions: How often it was asked.
        due: A day of the city.
    """

    id: int
    title: str
    agency: str | None
    owner: str | None
    due: date | None
    state: GroupState
    answered_kind: Kind | None
    answered_by: str | None
    reason: str | None
    questions: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class GroupedQuestion:
    """A question of a group, masked as it was logged."""

    answer_id: str
    question: str
    at: datetime


class QuestionGroups:
    """Reads of groups."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(
        self, state: GroupState, agency: str | None = None, most: int = 50, skipped: int = 0
    ) -> list[QuestionGroup]:
        """Groups of a state, those asked most often first.

        Args:
            agency: Only those of this agency; None is all of them.
        """
        chosen = (
            _groups()
            .where(*_within(state, agency))
            .order_by(question_group.c.questions.desc(), question_group.c.id.desc())
            .limit(most)
            .offset(skipped)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(chosen).mappings().all()
        return [_group(row) for row in rows]

    def count(self, state: GroupState, agency: str | None = None) -> int:
        """How many there are."""
        chosen = select(func.count()).select_from(question_group).where(*_within(state, agency))
        with reading(self._engine) as connection:
            return connection.execute(chosen).scalar_one()

    def one(self, group: int) -> QuestionGroup | None:
        """A group by its number."""
        with reading(self._engine) as connection:
            row = connection.execute(_groups().where(question_group.c.id == group)).mappings().one_or_none()
        return _group(row) if row is not None else None

    def questions(self, group: int, most: int = 50, skipped: int = 0) -> Sequence[GroupedQuestion]:
        """Questions of a group, the latest first."""
        asked = grouped_question.join(answer_log, answer_log.c.id == grouped_question.c.answer_id)
        chosen = (
            select(answer_log.c.id, answer_log.c.question, grouped_question.c.at)
            .select_from(asked)
            .where(grouped_question.c.group_id == group)
            .order_by(grouped_question.c.at.desc(), grouped_question.c.answer_id.desc())
            .limit(most)
            .offset(skipped)
        )
        with reading(self._engine) as connection:
            return [GroupedQuestion(*row) for row in connection.execute(chosen)]


def _groups() -> Select[Any]:
    named = question_group.outerjoin(answer_log, answer_log.c.id == question_group.c.title_from)
    columns = [column for column in question_group.c if column.name != "title_from"]
    return select(*columns, answer_log.c.question).select_from(named)


def _within(state: GroupState, agency: str | None) -> list[ColumnElement[bool]]:
    own = [question_group.c.agency == agency] if agency is not None else []
    return [question_group.c.state == state, *own]


def _group(row: RowMapping) -> QuestionGroup:
    return QuestionGroup(
        id=row["id"],
        title=title_of(row["question"]) if row["question"] else UNTITLED,
        agency=row["agency"],
        owner=row["owner"],
        due=row["due"],
        state=GroupState(row["state"]),
        answered_kind=row["answered_kind"],
        answered_by=row["answered_by"],
        reason=row["reason"],
        questions=row["questions"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
    )
