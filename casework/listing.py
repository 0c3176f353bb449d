"""Groups of questions as staff see them: their titles are read from the answer log each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, exists, func, select

from casework.filters import ANY, Asking
from casework.grouping import title_of
from casework.tables import grouped_question, question_group
from core.catalogue.keys import Kind
from core.citizens.tables import answer_log, answer_source
from core.database.engine import reading

UNTITLED = "（提问已删除）"


class GroupState(StrEnum):
    """What has become of a group."""

    OPEN = "open"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


@dataclass(frozen=True)
class Wanted:
    """Which groups are looked for.

    Attributes:
        agency: Only those of this agency; None is all of them.
        owner: Only those that this login looks after.
        overdue_on: Only those that should have been done before this day of the city.
        asking: One question of the group is like this.
    """

    state: GroupState
    agency: str | None = None
    owner: str | None = None
    overdue_on: date | None = None
    asking: Asking = ANY


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
    """A question of a group, masked as it was logged.

    Attributes:
        quoted: Its answer quoted something.
    """

    answer_id: str
    question: str
    at: datetime
    quoted: bool


class QuestionGroups:
    """Reads of groups."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: Wanted, most: int = 50, skipped: int = 0) -> tuple[list[QuestionGroup], int]:
        """Groups, those asked most often first, and how many there are in all."""
        with reading(self._engine) as connection:
            if wanted.asking.is_any:
                chosen = _ordered(_groups().where(*_like(wanted))).limit(most).offset(skipped)
                total = select(func.count()).select_from(question_group).where(*_like(wanted))
                rows = connection.execute(chosen).mappings().all()
                return [_group(row) for row in rows], connection.execute(total).scalar_one()
            # Questions are gone through once, not for the page and for the count.
            found = connection.execute(_ordered(select(question_group.c.id).where(*_like(wanted)))).scalars()
            numbers = found.all()
            return _groups_of(connection, numbers[skipped : skipped + most]), len(numbers)

    def one(self, group: int) -> QuestionGroup | None:
        """A group by its number."""
        with reading(self._engine) as connection:
            row = connection.execute(_groups().where(question_group.c.id == group)).mappings().one_or_none()
        return _group(row) if row is not None else None

    def questions(self, group: int, most: int = 50, skipped: int = 0) -> Sequence[GroupedQuestion]:
        """Questions of a group, the latest first."""
        asked = grouped_question.join(answer_log, answer_log.c.id == grouped_question.c.answer_id)
        quoted = exists().where(answer_source.c.answer_id == answer_log.c.id)
        chosen = (
            select(answer_log.c.id, answer_log.c.question, grouped_question.c.at, quoted)
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


def _groups_of(connection: Connection, numbers: Sequence[int]) -> list[QuestionGroup]:
    rows = connection.execute(_ordered(_groups().where(question_group.c.id.in_(numbers)))).mappings()
    return [_group(row) for row in rows]


def _ordered(chosen: Select[Any]) -> Select[Any]:
    return chosen.order_by(question_group.c.questions.desc(), question_group.c.id.desc())


def _like(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [question_group.c.state == wanted.state]
    if wanted.agency is not None:
        found.append(question_group.c.agency == wanted.agency)
    if wanted.owner is not None:
        found.append(question_group.c.owner == wanted.owner)
    if wanted.overdue_on is not None:
        found.append(question_group.c.due < wanted.overdue_on)
    if not wanted.asking.is_any:
        held = grouped_question.c
        like = wanted.asking.conditions(held.asked, held.channel, held.region, held.item_id)
        found.append(exists().where(held.group_id == question_group.c.id, *like))
    return found


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
