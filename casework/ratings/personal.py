"""Ratings as personal data, and how long they are kept."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Engine, delete, select

from casework.ratings.tables import rating, rating_step, rating_task
from core.citizens.personal import rows_of
from core.citizens.retention import FEEDBACK_DAYS
from core.database.engine import reading, writing
from core.retention.models import DataClass, RetentionRule


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


def rating_rules(days: int) -> tuple[RetentionRule, ...]:
    """A rating is linked to its conversation for `days` and kept without the link for `FEEDBACK_DAYS`."""
    return (
        RetentionRule(
            name="rating_links", label="好差评与对话的关联", data_class=DataClass.CONTENT,
            clock=rating.c.updated, days=days, setting="TRANSCRIPT_DAYS",
            held=rating.c.conversation.is_not(None), values={"conversation": None},
            reason="到期后好差评还在，但看不出是谁评的。",
        ),
        RetentionRule(
            name="ratings", label="好差评", data_class=DataClass.CONTENT, clock=rating.c.updated,
            days=FEEDBACK_DAYS, along="差评任务和办理经过", reason="用于改进服务；与评价一样保留一年。",
        ),
    )  # fmt: skip
