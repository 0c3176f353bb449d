"""Parts whose example is gone, or that were made by another model, are made anew of one of their questions.

A question that its citizen had erased is in no sum, no digest and no title afterwards: its part becomes as
if all of its questions had been the one that is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Engine, ScalarSelect, delete, func, or_, select, text, update
from sqlalchemy.engine import Connection

from casework.grouping import Part, Points, points_of, subject_of, titled
from casework.kept import OPEN, State, count_anew, parts_of, read_state, write_parts, write_state
from casework.ports import Embedder
from casework.tables import grouped_question, question_group, question_part
from core.citizens.tables import answer_log
from core.database.engine import reading, writing

_LEFT = answer_log.c.question != ""
# In the words of the index ix_answer_log_erased: SQLite uses it for no bound value.
_WIPED = select(answer_log.c.id).where(text("answer_log.question = ''"))
_ERASED = select(grouped_question.c.answer_id, grouped_question.c.part_id).where(
    grouped_question.c.answer_id.in_(_WIPED), grouped_question.c.subject.is_not(None)
)
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Left:
    """A question that is left of a part."""

    part: int
    answer_id: str
    subject: str


def stale(connection: Connection, model: str, most: int) -> list[int]:
    """Parts that are to be made anew, at most so many."""
    of_old = or_(question_part.c.model != model, question_part.c.example.is_(None))
    chosen = select(question_part.c.id).where(of_old).order_by(question_part.c.id).limit(most)
    return list(connection.execute(chosen).scalars())


def has_erased(connection: Connection) -> bool:
    """Whether the words of a question were erased that is still known here."""
    return connection.execute(_ERASED.limit(1)).first() is not None


def forget_erased(engine: Engine) -> int:
    """Leaves nothing of questions whose words were erased, and marks the parts that they were in."""
    with reading(engine) as connection:
        wiped = connection.execute(_ERASED.limit(_MOST)).all()
    if not wiped:
        return 0
    answers = [answer_id for answer_id, _ in wiped]
    parts = {part for _, part in wiped if part is not None}
    with writing(engine) as connection:
        state = read_state(connection, lock=True)
        these = grouped_question.c.answer_id.in_(answers)
        connection.execute(update(grouped_question).where(these).values(subject=None))
        marked = update(question_part).where(question_part.c.id.in_(parts))
        connection.execute(marked.values(example=None, total=b"", point=b""))
        named = question_group.c.title_from.in_(answers)
        connection.execute(update(question_group).where(named).values(title_from=_another()))
        if state is not None:
            write_state(connection, state)
    return len(wiped)


def renew(engine: Engine, embedder: Embedder, state: State, parts: Sequence[int]) -> bool:
    """Makes these parts anew; those of which no words are left go.

    Returns:
        Whether the model is still that of the state; if not, nothing was done.
    """
    with reading(engine) as connection:
        left = _left(connection, parts)
    points = np.zeros((0, len(state.centre)), dtype=np.float32)
    if left:
        model, vectors = embedder.embed([one.subject for one in left])
        if model != state.model:
            return False
        points = points_of(vectors, state.centre)
    with writing(engine) as connection:
        now = read_state(connection, lock=True)
        if now is not None and now.revision == state.revision:
            _write(connection, state, parts, left, points)
    return True


def _write(
    connection: Connection, state: State, parts: Sequence[int], left: Sequence[_Left], points: Points
) -> None:
    counted = {row.id: row for row in parts_of(connection, parts)}
    made = [
        Part(
            one.part,
            row.group_id,
            row._mapping["count"],
            point * row._mapping["count"],
            one.answer_id,
            point,
            row.touched,
        )
        for one, point in zip(left, points, strict=True)
        if (row := counted.get(one.part)) is not None
    ]
    write_parts(connection, made, state.model)
    gone = set(parts) - {one.part for one in left}
    connection.execute(delete(question_part).where(question_part.c.id.in_(gone)))
    count_anew(connection, {counted[part].group_id for part in gone if part in counted})
    for group in {part.group for part in made}:
        title = titled([part for part in made if part.group == group])
        this = (question_group.c.id == group, question_group.c.state == OPEN)
        connection.execute(update(question_group).where(*this).values(title_from=title))
    write_state(connection, state)


def _left(connection: Connection, parts: Sequence[int]) -> list[_Left]:
    """Of each part the first question whose words are still there."""
    joined = grouped_question.join(answer_log, answer_log.c.id == grouped_question.c.answer_id)
    first = (
        select(func.min(grouped_question.c.answer_id))
        .select_from(joined)
        .where(grouped_question.c.part_id.in_(parts), _LEFT)
        .group_by(grouped_question.c.part_id)
    )
    chosen = (
        select(grouped_question.c.part_id, answer_log.c.id, answer_log.c.question)
        .select_from(joined)
        .where(grouped_question.c.answer_id.in_(first))
        .order_by(grouped_question.c.part_id)
    )
    found = [
        _Left(part, answer, subject_of(question)) for part, answer, question in connection.execute(chosen)
    ]
    return [one for one in found if one.subject]


def _another() -> ScalarSelect[str]:
    """Another question of the group, by which it is called until its parts are made anew."""
    joined = grouped_question.join(answer_log, answer_log.c.id == grouped_question.c.answer_id)
    return (
        select(func.min(grouped_question.c.answer_id))
        .select_from(joined)
        .where(grouped_question.c.group_id == question_group.c.id, _LEFT)
        .correlate(question_group)
        .scalar_subquery()
    )
