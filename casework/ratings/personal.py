"""Ratings as personal data, and how long they are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, delete, select, update

from casework.ratings.tables import rating, rating_step, rating_task
from core.citizens.personal import rows_of
from core.citizens.retention import FEEDBACK_DAYS
from core.clock import Clock
from core.database.engine import reading, writing


class RatingData:
    """What a citizen has rated, with what was done about it."""

    name: Final = "ratings"
    tables: Final = frozenset({"rating", "rating_task", "rating_step"})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def export(self, citizen: str) -> dict[str, Any]:
        """Every rating that is still linked to the citizen; of what was done not by which clerk."""
        own = select(rating.c.id).where(rating.c.conversation == citizen)
        shown = [one for one in rating_step.c if one.name != "login"]
        steps = select(*shown).where(rating_step.c.rating_id.in_(own)).order_by(rating_step.c.number)
        tasks = [one for one in rating_task.c if one.name != "owner"]
        opened = select(*tasks).where(rating_task.c.rating_id.in_(own)).order_by(rating_task.c.rating_id)
        with reading(self._engine) as connection:
            return {
                "ratings": rows_of(connection, rating, rating.c.conversation == citizen),
                "tasks": [dict(row) for row in connection.execute(opened).mappings()],
                "steps": [dict(row) for row in connection.execute(steps).mappings()],
            }

    def erase(self, citizen: str) -> None:
        """Forgets them, with their tasks."""
        with writing(self._engine) as connection:
            connection.execute(delete(rating).where(rating.c.conversation == citizen))


def forget_ratings(engine: Engine, clock: Clock, days: int) -> int:
    """Deletes ratings of `FEEDBACK_DAYS` ago with their tasks; how many. After `days` they are nobody's."""
    now = clock.now()
    with writing(engine) as connection:
        linked = (rating.c.updated < now - timedelta(days=days), rating.c.conversation.is_not(None))
        connection.execute(update(rating).where(*linked).values(conversation=None))
        old = rating.c.updated < now - timedelta(days=FEEDBACK_DAYS)
        return connection.execute(delete(rating).where(old)).rowcount
