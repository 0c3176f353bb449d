"""Groups and their parts as rows: read into a `Grouping`, and its changes written back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, Table, bindparam, delete, func, select, update

from casework.asked import Asked, Cursor
from casework.grouping import Changes, Grouping, Part, Placed, Points, titled
from casework.tables import grouped_question, grouping_state, question_group, question_part
from core.database.rows import insert_for

OPEN = "open"
_AT_ONCE = 500
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class State:
    """How far grouping has come.

    Attributes:
        centre: Middle of ordinary questions, shape (dimension,).
        untidied: New questions since groups were last made anew.
    """

    model: str
    centre: Points
    cursor: Cursor
    next_part: int
    next_group: int
    revision: int
    untidied: int


@dataclass(frozen=True, slots=True)
class Settled:
    """A question and where it came to: nowhere where it has no words."""

    asked: Asked
    subject: str | None
    placed: Placed | None


def read_state(connection: Connection, *, lock: bool = False) -> State | None:
    """The state; locked until the transaction ends, so that nobody else changes groups meanwhile."""
    chosen = select(grouping_state)
    row = connection.execute(chosen.with_for_update() if lock else chosen).mappings().first()
    if row is None:
        return None
    cursor = Cursor(row["answers_seen"], row["opinions_seen"])
    numbers = {name: row[name] for name in ("model", "next_part", "next_group", "revision", "untidied")}
    return State(centre=np.frombuffer(row["centre"], dtype="<f4"), cursor=cursor, **numbers)


def begin(connection: Connection, model: str, centre: Points) -> None:
    """Makes the row of the state; whoever comes second leaves the first one's."""
    values = _values(State(model, centre, Cursor(None, None), 1, 1, 0, 0))
    connection.execute(insert_for(connection, grouping_state).on_conflict_do_nothing(), values)


def write_state(connection: Connection, state: State) -> None:
    """Keeps it, one revision further."""
    connection.execute(update(grouping_state).values(_values(state)))


def _values(state: State) -> dict[str, Any]:
    return {
        "id": 1,
        "model": state.model,
        "centre": state.centre.astype("<f4").tobytes(),
        "answers_seen": state.cursor.answers,
        "opinions_seen": state.cursor.opinions,
        "next_part": state.next_part,
        "next_group": state.next_group,
        "revision": state.revision + 1,
        "untidied": state.untidied,
    }


def read_grouping(connection: Connection, state: State) -> Grouping:
    """What new questions are compared with."""
    rows = connection.execute(select(question_part).order_by(question_part.c.id))
    return Grouping(
        len(state.centre),
        [
            Part(
                row.id,
                row.group_id,
                row._mapping["count"],
                np.frombuffer(row.total, dtype="<f4"),
                row.example or "",
                np.frombuffer(row.point, dtype="<f2").astype(np.float32),
                row.touched,
            )
            for row in rows
        ],
        next_part=state.next_part,
        next_group=state.next_group,
    )


def parts_of(connection: Connection, parts: Sequence[int]) -> list[Any]:
    """Rows of these parts: number, group, count, when touched."""
    columns = (question_part.c.id, question_part.c.group_id, question_part.c.count, question_part.c.touched)
    return list(connection.execute(select(*columns).where(question_part.c.id.in_(parts))))


def write_parts(connection: Connection, parts: Sequence[Part], model: str) -> None:
    """Keeps these parts as they are now; their groups are there already."""
    rows = [
        {
            "id": part.id,
            "group_id": part.group,
            "count": part.count,
            "total": part.total.astype("<f4").tobytes(),
            "example": part.example or None,
            "point": part.point.astype("<f2").tobytes(),
            "touched": part.touched,
            "model": model,
        }
        for part in parts
    ]
    for some in batched(rows):
        _put(connection, question_part, some)


def count_questions(connection: Connection, settled: Sequence[Settled]) -> None:
    """Counts questions for their groups, which are made where they are new."""
    of_group: dict[int, list[Asked]] = {}
    for one in settled:
        if one.placed is not None:
            of_group.setdefault(one.placed.group, []).append(one.asked)
    known = _groups(connection, of_group)
    new = [_fresh(group, own[0].at) for group, own in of_group.items() if group not in known]
    _put(connection, question_group, new)
    # What staff have written into a group meanwhile stays.
    changed = update(question_group).where(question_group.c.id == bindparam("group"))
    counts = [
        {
            "group": group,
            "questions": len(own) + (known[group]["questions"] if group in known else 0),
            "first_seen": min([one.at for one in own] + [row["first_seen"] for row in _row(known, group)]),
            "last_seen": max([one.at for one in own] + [row["last_seen"] for row in _row(known, group)]),
        }
        for group, own in of_group.items()
    ]
    if counts:
        connection.execute(changed, counts)


def enter_questions(connection: Connection, settled: Sequence[Settled]) -> None:
    """Notes where each question is; its group and its part are there already."""
    rows = [
        {
            "answer_id": one.asked.answer_id,
            "group_id": one.placed.group if one.placed else None,
            "part_id": one.placed.part if one.placed and one.placed.part else None,
            "subject": one.subject,
            "at": one.asked.at,
            "asked": one.asked.asked,
            "channel": one.asked.channel,
            "region": one.asked.region,
            "item_id": one.asked.item_id,
        }
        for one in settled
    ]
    for some in batched(rows):
        _put(connection, grouped_question, some)


def drop_parts(connection: Connection, changes: Changes) -> None:
    """Takes away what is no part any more; questions follow theirs into the one that it became."""
    for old, new in changes.joined.items():
        here = grouped_question.c.part_id == old
        connection.execute(update(grouped_question).where(here).values(part_id=new))
    for some in batched([*changes.joined, *changes.retired]):
        connection.execute(delete(question_part).where(question_part.c.id.in_(some)))


def write_titles(connection: Connection, grouping: Grouping, groups: Collection[int]) -> None:
    """Calls open groups by their most central question; one that staff have taken keeps its name."""
    for group in groups:
        parts = [part for part in grouping.of_group(group) if part.example]
        if parts:
            this = (question_group.c.id == group, question_group.c.state == OPEN)
            named = update(question_group).where(*this).values(title_from=titled(parts))
            connection.execute(named)


def move_parts(connection: Connection, moved: Mapping[int, int], first_seen: datetime) -> None:
    """Puts the questions of parts into other groups, and counts the groups on both sides anew."""
    before = set(_column(connection, question_part.c.group_id, question_part.c.id, moved))
    parts_to: dict[int, list[int]] = {}
    for part, group in moved.items():
        parts_to.setdefault(group, []).append(part)
    new = parts_to.keys() - _groups(connection, parts_to).keys()
    _put(connection, question_group, [_fresh(group, first_seen) for group in sorted(new)])
    for target in sorted(parts_to):
        for some in batched(parts_to[target]):
            inside = grouped_question.c.part_id.in_(some)
            connection.execute(update(grouped_question).where(inside).values(group_id=target))
            these = question_part.c.id.in_(some)
            connection.execute(update(question_part).where(these).values(group_id=target))
    count_anew(connection, before | parts_to.keys())


def count_anew(connection: Connection, groups: Collection[int]) -> None:
    """Counts the questions of groups; an open one that has none left goes."""
    at = grouped_question.c.at
    for some in batched(sorted(groups)):
        counted = connection.execute(
            select(grouped_question.c.group_id, func.count(), func.min(at), func.max(at))
            .where(grouped_question.c.group_id.in_(some))
            .group_by(grouped_question.c.group_id)
        )
        left = set()
        for group, questions, first, last in counted:
            left.add(group)
            values = {"questions": questions, "first_seen": first, "last_seen": last}
            this = question_group.c.id == group
            connection.execute(update(question_group).where(this).values(values))
        gone = question_group.c.id.in_(set(some) - left)
        connection.execute(update(question_group).where(gone).values(questions=0))
        connection.execute(delete(question_group).where(gone, question_group.c.state == OPEN))


def frozen_groups(connection: Connection) -> set[int]:
    """Groups that staff have taken in hand."""
    taken = select(question_group.c.id).where(question_group.c.state != OPEN)
    return set(connection.execute(taken).scalars())


def known_subjects(connection: Connection, subjects: Collection[str]) -> dict[str, Placed]:
    """Where questions of the same words went before; part 0 where that part has retired."""
    columns = (grouped_question.c.subject, grouped_question.c.group_id, grouped_question.c.part_id)
    found: dict[str, Placed] = {}
    for some in batched(sorted(subjects)):
        same = grouped_question.c.subject.in_(some)
        grouped = grouped_question.c.group_id.is_not(None)
        rows = connection.execute(select(*columns).where(same, grouped).distinct())
        found |= {subject: Placed(group, part or 0) for subject, group, part in rows}
    return found


def _row(known: Mapping[int, Mapping[str, Any]], group: int) -> list[Mapping[str, Any]]:
    return [known[group]] if group in known else []


def _fresh(group: int, at: datetime) -> dict[str, Any]:
    return {"id": group, "title_from": None, "state": OPEN, "questions": 0, "first_seen": at, "last_seen": at}


def _groups(connection: Connection, groups: Collection[int]) -> dict[int, Mapping[str, Any]]:
    found: dict[int, Mapping[str, Any]] = {}
    for some in batched(sorted(groups)):
        rows = connection.execute(select(question_group).where(question_group.c.id.in_(some))).mappings()
        found |= {row["id"]: dict(row) for row in rows}
    return found


def _column(connection: Connection, wanted: Any, key: Any, keys: Collection[int]) -> Iterator[int]:
    for some in batched(sorted(keys)):
        yield from connection.execute(select(wanted).where(key.in_(some))).scalars()


def _put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows, or writes over those that are there."""
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    statement = insert_for(connection, table)
    given = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=given), list(rows))


def batched(rows: Sequence[_One]) -> Iterator[Sequence[_One]]:
    """As many at a time as one statement takes."""
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
