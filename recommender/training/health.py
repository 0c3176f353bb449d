"""Whether the model that is pointed to can serve, without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from recommender.training.kept import in_use
from recommender.training.tables import recommender_model_chunk


@dataclass(frozen=True, slots=True)
class ModelTrouble:
    """What keeps a model from serving, and the same in Chinese."""

    what: str
    chinese: str


def trouble_of(connection: Connection, now: datetime, days: int) -> ModelTrouble | None:
    """What keeps the model in use from serving; None where nothing does, or there is none.

    Args:
        days: A model that is older does not serve.
    """
    used = in_use(connection)
    if used is None:
        return None
    if used.is_expired(now, days):
        return ModelTrouble(f"it is more than {days} days old", f"模型已过期（超过 {days} 天）。")
    content = recommender_model_chunk.c.content
    held = select(func.coalesce(func.sum(func.length(content)), 0))
    size = connection.execute(held.where(recommender_model_chunk.c.model == used.number)).scalar_one()
    if size != used.size:
        return ModelTrouble(f"{size} of its {used.size} bytes are there", "模型数据不完整。")
    return None
