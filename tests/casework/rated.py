"""A rating as it stands in the database, without anybody who gave it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from casework.ratings.tables import rating, rating_step, rating_task
from core.citizens.conversations import visit
from core.clock import SHANGHAI
from core.database.engine import reading, writing


def put_rating(
    engine: Engine,
    at: datetime,
    *,
    number: int = 1,
    level: int = 1,
    agency: str | None = None,
    citizen: str | None = None,
    state: str = "open",
    due: date | None = None,
    closed: date | None = None,
    text: str | None = "没有说清楚",
    reasons: Sequence[str] = ("unclear",),
) -> str:
    """A rating of an item, or, without an agency, of a conversation, with a task where it is bad; its id."""
    name, day = f"{number:024x}", at.astimezone(SHANGHAI).date()
    row: dict[str, Any] = {
        "id": name, "conversation": citizen, "slot": "item:12" if agency else day.isoformat(),
        "target": "item" if agency else "conversation", "item_id": 12 if agency else None,
        "title": "居住证申领" if agency else None, "level": level, "reasons": list(reasons), "text": text,
        "region": "990101", "channel": "web", "agency": agency, "day": day, "created": at, "updated": at,
    }  # fmt: skip
    task = {
        "rating_id": name, "state": state, "agency": agency, "opened": day,
        "due": due or day + timedelta(days=21), "closed": closed,
    }  # fmt: skip
    with writing(engine) as connection:
        if citizen is not None:
            visit(connection, citizen, at, None)
        connection.execute(insert(rating).values(**row))
        if level <= 2:
            connection.execute(insert(rating_task).values(**task))
    return name


def task_of(engine: Engine, name: str) -> dict[str, Any]:
    """The row of a task."""
    with reading(engine) as connection:
        this = select(rating_task).where(rating_task.c.rating_id == name)
        return dict(connection.execute(this).mappings().one())


def steps_of(engine: Engine, name: str) -> list[dict[str, Any]]:
    """The rows of what was done."""
    with reading(engine) as connection:
        these = select(rating_step).where(rating_step.c.rating_id == name).order_by(rating_step.c.number)
        return [dict(row) for row in connection.execute(these).mappings()]
