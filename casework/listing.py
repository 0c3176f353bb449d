"""Groups of questions as staff see them: their titles are read from the answer log each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Engine, RowMapping, select

from casework.grouping import title_of
from casework.tables import grouped_question, question_group
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
        questions: How often it was asked.
        due: A day of the city.
    """

    id: int
    title: str
    agency: str | None
    owner: str | None
    due: date | None
    state: GroupState
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

    def listed(self, state: GroupState, most: int = 50, skipped: int = 0) -> list[QuestionGroup]:
        """Groups of a state, those asked most often first."""
        named = question_group.outerjoin(answer_log, answer_log.c.id == question_group.c.title_from)
        columns = [column for column in question_group.c if column.name != "title_from"]
        chosen = (
            select(*columns, answer_log.c.question)
            .select_from(named)
            .where(question_group.c.state == state)
            .order_by(question_group.c.questions.desc(), question_group.c.id)
            .limit(most)
            .offset(skipped)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(chosen).mappings().all()
        return [_group(row) for row in rows]

    def questions(self, group: int, most: int = 50, skipped: int = 0) -> Sequence[GroupedQuestion]:
        """Questions of a group, the latest first."""
        asked = grouped_question.join(answer_log, answer_log.c.id == grouped_question.c.answer_id)
        chosen = (
            select(answer_log.c.id, answer_log.c.question, grouped_question.c.at)
            .select_from(asked)
            .where(grouped_question.c.group_id == group)
            .order_by(grouped_question.c.at.desc(), answer_log.c.id)
            .limit(most)
            .offset(skipped)
        )
        with reading(self._engine) as connection:
            return [GroupedQuestion(*row) for row in connection.execute(chosen)]


def _group(row: RowMapping) -> QuestionGroup:
    return QuestionGroup(
        id=row["id"],
        title=title_of(row["question"]) if row["question"] else UNTITLED,
        agency=row["agency"],
        owner=row["owner"],
        due=row["due"],
        state=GroupState(row["state"]),
        questions=row["questions"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
    )
