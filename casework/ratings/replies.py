"""Call-backs that go to the citizen's inbox, for whoever sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select, update

from casework.ratings.models import Delivery, Level
from casework.ratings.tables import rating, rating_step


@dataclass(frozen=True, slots=True)
class Reply:
    """What a citizen is told of a rating of theirs.

    Attributes:
        title: What the item was called; None of a conversation.
        day: When it was rated.
    """

    citizen: str
    rating_id: str
    title: str | None
    level: Level
    day: date
    text: str


def reply_of(connection: Connection, step: int) -> Reply | None:
    """A reply by the number of its step; None where the rating was erased, or is nobody's any more."""
    columns = (rating.c.conversation, rating.c.id, rating.c.title, rating.c.level, rating.c.day)
    found = (
        select(*columns, rating_step.c.text)
        .join(rating_step, rating_step.c.rating_id == rating.c.id)
        .where(rating_step.c.number == step, rating_step.c.delivery.is_not(None))
    )
    row = connection.execute(found).one_or_none()
    if row is None or row.conversation is None:
        return None
    return Reply(row.conversation, row.id, row.title, Level(row.level), row.day, row.text)


def note_delivery(connection: Connection, step: int, delivery: Delivery) -> None:
    """Notes what became of it."""
    # SQLite gives the number of a step that was erased to the next one.
    this = (rating_step.c.number == step, rating_step.c.delivery.is_not(None))
    connection.execute(update(rating_step).where(*this).values(delivery=delivery))
