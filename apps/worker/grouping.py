"""Groups what citizens asked in vain: looked for now and then, a job whenever something waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Engine

from apps.worker.pausing import Pause
from casework.groups import Grouper, is_waiting
from core.clock import Clock
from core.database.engine import writing
from core.jobs.context import Context
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from core.jobs.schedules import ACTOR

LOOKED_EVERY_S: Final = 30.0
# Then the job ends and is put in again: what is due at its hour does not wait for a long backlog.
ENDS_AFTER_S: Final = 20.0
# The knowledge service may be away for hours; meanwhile the job is to be seen.
_MOST_ATTEMPTS: Final = 100


@dataclass
class QuestionGrouping:
    """The groups of the installation.

    Attributes:
        grouper: Does it; its steps are transactions of their own, and harmless twice.
        timer: Seconds that only grow.
    """

    engine: Engine
    clock: Clock
    grouper: Grouper
    timer: Callable[[], float] = time.monotonic
    _pause: Pause = field(init=False)

    def __post_init__(self) -> None:
        self._pause = Pause(LOOKED_EVERY_S, self.timer)

    def put_in_due(self) -> None:
        """A job where a question waits, unless there is one."""
        if self._pause.is_over() and is_waiting(self.engine):
            with writing(self.engine) as connection:
                enqueue(
                    connection, Kind.GROUPING, {},
                    by=ACTOR, now=self.clock.now(), unique=Kind.GROUPING, most_attempts=_MOST_ATTEMPTS,
                )  # fmt: skip

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """The handler: until nothing waits, or the time is over."""
        taken, ends = 0, self.timer() + ENDS_AFTER_S
        for done in self.grouper.steps():
            taken += done.taken
            if done.more:
                context.progress(taken, 0, f"已归并 {taken} 个问题")
            # Where nothing waits no job would follow that makes the groups anew.
            if self.timer() >= ends and is_waiting(self.engine):
                break
        return {"questions": taken}
