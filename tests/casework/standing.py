"""A group of questions as it stands in the database, without a model that would make it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select

from casework.tables import grouped_question, question_group
from core.citizens.tables import answer_log
from core.database.engine import reading, writing


def put_group(
    engine: Engine, at: datetime, answers: Sequence[str], *, number: int = 1, agency: str | None = None
) -> int:
    """A group of answers that are in the log; its number."""
    state = "assigned" if agency else "open"
    row = {
        "id": number, "title_from": answers[0], "agency": agency, "state": state,
        "questions": len(answers), "first_seen": at, "last_seen": at,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(question_group).values(**row))
        rows = [
            {
                "answer_id": one,
                "group_id": number,
                "part_id": None,
                "subject": None,
                "at": at,
                "asked": at,
                "channel": "web",
            }
            for one in answers
        ]
        connection.execute(insert(grouped_question), rows)
    return number


def put_answer(engine: Engine, at: datetime, name: str, question: str = "宠物犬登记怎么办") -> str:
    """A question that nobody could answer."""
    row = {
        "id": name, "question": question, "status": "no_answer", "channel": "web", "created": at,
        "passage_ids": [], "versions": {}, "step_ms": {},
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(answer_log).values(**row))
    return name


def group_of(engine: Engine, number: int = 1) -> dict[str, Any]:
    """The row of a group."""
    with reading(engine) as connection:
        row = connection.execute(select(question_group).where(question_group.c.id == number)).mappings().one()
        return dict(row)
