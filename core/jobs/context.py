"""What a handler has of its job: where it stands, whether it should end, transactions of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

from core.database.engine import writing
from core.jobs.leases import Leases
from core.jobs.models import Cancelled, Job, LeaseLost, Stopped

LOOKED_EVERY_S: Final = 0.5
# Longer than any part of honest work; a handler that has not looked for so long will hardly do so again.
STUCK_S: Final = 900.0


class Context:
    """One run of one job.

    Args:
        leases: By which it is held.
        job: As it was claimed.
        stopping: Set when the worker has to end.
        timer: Seconds that only grow.
    """

    def __init__(
        self,
        leases: Leases,
        job: Job,
        stopping: threading.Event,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leases = leases
        self._stopping = stopping
        self._timer = timer
        self._looked = float("-inf")
        self._seen = timer()
        self._lost = threading.Event()
        self.job = job

    @property
    def is_stuck(self) -> bool:
        """Whether the handler has neither checked nor made a step for `STUCK_S`."""
        return self._timer() - self._seen >= STUCK_S

    def check(self) -> None:
        """To be called often: costs nothing most of the time.

        Raises:
            Interrupted: The run has to end: the job was cancelled, the worker stops, or the lease was lost.
        """
        self._seen = self._timer()
        if self._lost.is_set():
            raise LeaseLost(f"job {self.job.id}")
        if self._stopping.is_set():
            raise Stopped(f"job {self.job.id}")
        if self._timer() - self._looked < LOOKED_EVERY_S:
            return
        if self._leases.is_cancelled(self.job):
            raise Cancelled(f"job {self.job.id}")
        self._looked = self._timer()

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Writes where the work stands, for whoever looks at it.

        Raises:
            Interrupted: The run has to end.
        """
        with self.step(done, total, note):
            pass

    @contextmanager
    def step(self, done: int, total: int, note: str = "") -> Iterator[Connection]:
        """A transaction for one part of the work, kept together with how far it has come, or not at all.

        A run that follows finds `job.done` as the last step has left it. Nothing in it may take longer than
        some seconds: whoever wants to cancel the job waits for it.

        Args:
            done: So many parts are done when this one is.
            total: Of so many.
            note: What it is at, in Chinese.

        Raises:
            Interrupted: The run has to end; nothing of the step is kept.
        """
        self.check()
        with writing(self._leases.engine) as connection:
            self._leases.note(connection, self.job, done, total, note)
            yield connection

    def note(self, connection: Connection, done: int, total: int, note: str = "") -> None:
        """Makes another's transaction a step: kept together with how far the work has come, or not at all.

        Raises:
            LeaseLost: The run has to end, and the transaction with it.
        """
        self._leases.note(connection, self.job, done, total, note)

    def lose(self) -> None:
        """The next check fails: somebody else has the job."""
        self._lost.set()
