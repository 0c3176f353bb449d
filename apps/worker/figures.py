"""Counts the figures of the overview: a job whenever a day is missing, or the log has gone on for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Engine

from apps.worker.pausing import Pause
from core.clock import Clock
from core.database.engine import writing
from core.jobs.context import Context
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from core.jobs.schedules import ACTOR
from insight.keeping import FigureKeeper

LOOKED_EVERY_S: Final = 30.0
# Then the job ends and is put in again: what is due at its hour does not wait for years of days.
ENDS_AFTER_S: Final = 20.0


@dataclass
class FigureCounting:
    """The figures of the installation.

    Attributes:
        keeper: Counts a day, and puts it in place of what was kept of it.
        timer: Seconds that only grow.
    """

    engine: Engine
    clock: Clock
    keeper: FigureKeeper
    timer: Callable[[], float] = time.monotonic
    _pause: Pause = field(init=False)

    def __post_init__(self) -> None:
        self._pause = Pause(LOOKED_EVERY_S, self.timer)

    def put_in_due(self) -> None:
        """A job where figures lag behind the log, unless there is one."""
        if self._pause.is_over() and self.keeper.is_due():
            with writing(self.engine) as connection:
                enqueue(connection, Kind.FIGURES, {}, by=ACTOR, now=self.clock.now(), unique=Kind.FIGURES)

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """The handler: day by day, until none is due or the time is over."""
        ends, days = self.timer() + ENDS_AFTER_S, self.keeper.due()
        for done, day in enumerate(days, start=1):
            context.check()
            counted = self.keeper.count(day)
            with context.step(done, len(days), f"统计 {day}") as connection:
                self.keeper.keep(connection, counted)
            if self.timer() >= ends:
                return {"days": done}
        return {"days": len(days)}
