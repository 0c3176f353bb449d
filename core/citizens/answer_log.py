"""Reads of the answer log for reports: how turns ended and what was said of them, without any words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from core.citizens.tables import answer_log, feedback
from core.database.engine import reading

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class LoggedTurn:
    """How a turn ended; step times are in milliseconds."""

    at: datetime
    status: str
    step_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LoggedOpinion:
    """What was said of an answer."""

    at: datetime
    useful: bool


class AnswerLog:
    """The turns of the last days."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def turns(self, since: datetime) -> Iterator[LoggedTurn]:
        """Every turn from then on, in order; read as they are asked for, since they may be a million."""
        columns = (answer_log.c.created, answer_log.c.status, answer_log.c.step_ms)
        chosen = select(*columns).where(answer_log.c.created >= since).order_by(answer_log.c.created)
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(chosen)
            yield from (LoggedTurn(*row) for row in rows)

    def opinions(self, since: datetime) -> list[LoggedOpinion]:
        """Every opinion from then on, in order."""
        columns = (feedback.c.updated, feedback.c.useful)
        chosen = select(*columns).where(feedback.c.updated >= since).order_by(feedback.c.updated)
        with reading(self._engine) as connection:
            return [LoggedOpinion(*row) for row in connection.execute(chosen)]
