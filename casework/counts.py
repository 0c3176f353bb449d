"""How much of what was asked in vain still waits, agency by agency."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from casework.listing import GroupState
from casework.tables import question_group
from core.database.engine import reading

WAITING = (GroupState.OPEN, GroupState.ASSIGNED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Groups that nobody has answered or put aside, and how often their questions were asked."""

    groups: int
    questions: int


def waiting_groups(engine: Engine) -> dict[str | None, Waiting]:
    """By the agency that a group is given to; None is what is given to none yet."""
    table = question_group.c
    chosen = (
        select(table.agency, func.count(), func.sum(table.questions))
        .where(table.state.in_([one.value for one in WAITING]))
        .group_by(table.agency)
    )
    with reading(engine) as connection:
        return {agency: Waiting(groups, asked) for agency, groups, asked in connection.execute(chosen)}
