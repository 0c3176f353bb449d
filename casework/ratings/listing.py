"""Ratings as staff see them: tasks of the bad ones, all ratings, one with what was done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Row, Select, func, or_, select

from casework.ratings.models import (
    Delivery,
    How,
    Level,
    Outcome,
    Reason,
    StepKind,
    TargetKind,
    TaskState,
)
from casework.ratings.tables import rating, rating_step, rating_task
from core.database.engine import reading

UNDONE: Final = tuple(state for state in TaskState if state is not TaskState.CLOSED)


@dataclass(frozen=True, slots=True)
class Task:
    """What has to be done about a bad rating; days are those of the city."""

    state: TaskState
    agency: str | None
    owner: str | None
    opened: date
    due: date
    closed: date | None

    def is_overdue(self, today: date) -> bool:
        """Whether its day is over, or was when it was closed."""
        return (self.closed or today) > self.due


@dataclass(frozen=True, slots=True)
class RatingRow:
    """A rating.

    Attributes:
        citizen: The conversation; None where it is nobody's any more.
        title: What the item was called; None of a conversation.
        agency: Whose the item was.
    """

    id: str
    citizen: str | None
    target: TargetKind
    item_id: int | None
    title: str | None
    level: Level
    reasons: tuple[Reason, ...]
    text: str | None
    region: str | None
    agency: str | None
    created: datetime
    task: Task | None


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did."""

    at: datetime
    login: str
    kind: StepKind
    agency: str | None
    how: How | None
    outcome: Outcome | None
    text: str | None
    delivery: Delivery | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which ratings.

    Attributes:
        states: Of the tasks; empty: all ratings, with a task or without.
        agency: Of tasks who has them, of ratings whose item it was; None is all.
        overdue_on: Only tasks whose day was before this one.
    """

    states: tuple[TaskState, ...] = UNDONE
    level: Level | None = None
    agency: str | None = None
    overdue_on: date | None = None


class RatingList:
    """Reads of ratings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def listed(self, chosen: Chosen, most: int = 50, skipped: int = 0) -> list[RatingRow]:
        """Tasks, those due first before the others; of all ratings the latest first."""
        order = (
            (rating_task.c.due, rating_task.c.rating_id)
            if chosen.states
            else (rating.c.created.desc(), rating.c.id.desc())
        )
        rows = _rows(chosen).where(*_within(chosen)).order_by(*order).limit(most).offset(skipped)
        with reading(self._engine) as connection:
            return [_row(row) for row in connection.execute(rows)]

    def count(self, chosen: Chosen) -> int:
        """How many there are."""
        table = rating_task if chosen.states else rating
        counted = select(func.count()).select_from(table)
        if chosen.states and chosen.level is not None:
            counted = counted.join(rating, rating.c.id == rating_task.c.rating_id)
        with reading(self._engine) as connection:
            return connection.execute(counted.where(*_within(chosen))).scalar_one()

    def one(self, number: str) -> RatingRow | None:
        """A rating by its id."""
        this = _rows(Chosen(states=())).where(rating.c.id == number)
        with reading(self._engine) as connection:
            row = connection.execute(this).one_or_none()
        return _row(row) if row is not None else None

    def steps(self, number: str) -> Sequence[Step]:
        """What was done about it, in order."""
        done = select(rating_step).where(rating_step.c.rating_id == number).order_by(rating_step.c.number)
        with reading(self._engine) as connection:
            return [_step(row) for row in connection.execute(done)]


def _rows(chosen: Chosen) -> Select[Any]:
    task = [rating_task.c[name].label(f"task_{name}") for name in Task.__dataclass_fields__]
    both = rating.c.id == rating_task.c.rating_id
    tables = rating_task.join(rating, both) if chosen.states else rating.outerjoin(rating_task, both)
    return select(rating, *task).select_from(tables)


def _within(chosen: Chosen) -> list[ColumnElement[bool]]:
    table = rating_task if chosen.states else rating
    found: list[ColumnElement[bool]] = []
    if chosen.agency is not None:
        found.append(table.c.agency == chosen.agency)
    if chosen.states:
        found.append(rating_task.c.state.in_(chosen.states))
    if chosen.states and chosen.overdue_on is not None:
        found.append(rating_task.c.due < chosen.overdue_on)
        # As `is_overdue` has it: what was closed by its day never was.
        found.append(or_(rating_task.c.closed.is_(None), rating_task.c.closed > rating_task.c.due))
    if chosen.level is not None:
        found.append(rating.c.level == chosen.level)
    return found


def _row(row: Row[Any]) -> RatingRow:
    return RatingRow(
        id=row.id,
        citizen=row.conversation,
        target=TargetKind(row.target),
        item_id=row.item_id,
        title=row.title,
        level=Level(row.level),
        reasons=tuple(map(Reason, row.reasons)),
        text=row.text,
        region=row.region,
        agency=row.agency,
        created=row.created,
        task=_task(row),
    )


def _task(row: Row[Any]) -> Task | None:
    if row.task_state is None:
        return None
    return Task(
        state=TaskState(row.task_state),
        agency=row.task_agency,
        owner=row.task_owner,
        opened=row.task_opened,
        due=row.task_due,
        closed=row.task_closed,
    )


def _step(row: Row[Any]) -> Step:
    return Step(
        at=row.at,
        login=row.login,
        kind=StepKind(row.kind),
        agency=row.agency,
        how=How(row.how) if row.how else None,
        outcome=Outcome(row.outcome) if row.outcome else None,
        text=row.text,
        delivery=Delivery(row.delivery) if row.delivery else None,
    )
