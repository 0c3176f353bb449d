"""What the worker does all day: takes back what was lost, puts in what is due, runs what waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from apps.worker.metrics import WorkerMetrics
from core.errors import Unavailable
from core.jobs.leases import Leases
from core.jobs.models import Job, LeaseLost
from core.jobs.running import LOST, Runner
from core.jobs.waking import Bell
from core.logs import defect

log = logging.getLogger(__name__)
Chore = Callable[[], object]
_HEALTHY_S: Final = 30.0
_LOOKS_MISSED: Final = 3


@dataclass(frozen=True)
class Pace:
    """Seconds.

    Attributes:
        poll_s: The table is looked at so often, whether or not a message came.
        stop_s: So long a job that runs may go on when the worker is told to stop.
    """

    poll_s: float = 1.0
    stop_s: float = 5.0


class Loop:
    """The worker's one lane: a job at a time.

    Args:
        leases: By which jobs are claimed.
        runner: Runs them.
        chores: What is looked after each time the table is looked at, such as schedules.
        metrics: What is counted.
        stopping: Set when it has to end.
        pace: How often, and how fast.
    """

    def __init__(
        self,
        leases: Leases,
        runner: Runner,
        chores: Sequence[Chore],
        metrics: WorkerMetrics,
        stopping: threading.Event,
        pace: Pace,
    ) -> None:
        self.bell = Bell()
        self._leases = leases
        self._runner = runner
        self._chores = (self._sweep, *chores)
        self._metrics = metrics
        self._stopping = stopping
        self._pace = pace
        self._looked = time.monotonic()
        self._chored = float("-inf")
        self._current: Job | None = None

    def run(self) -> None:
        """Until it is told to stop, and its job has ended or was given back."""
        while not self._stopping.is_set():
            if not self._once():
                self.bell.wait(self._pace.poll_s)

    def stop(self) -> None:
        """Ends `run`; to be called from a signal handler or any thread."""
        self._stopping.set()
        self.bell.close()

    @property
    def is_healthy(self) -> bool:
        """Whether it runs a job that moves, or has looked at the table not long ago."""
        if self._current is not None:
            return not self._runner.is_stuck
        return time.monotonic() - self._looked < max(_HEALTHY_S, _LOOKS_MISSED * self._pace.poll_s)

    def abandon(self) -> None:
        """Gives back the job that runs, whose handler has not ended in time: nothing more is kept of it.

        One that is stuck is left to the sweep, which counts the attempt: it may be stuck each time.
        """
        job = self._current
        if job is None or self._runner.is_stuck:
            return
        try:
            self._leases.give_back(job)
            log.warning("job given back while it ran", extra={"job": job.id, "job_kind": job.kind})
        except (LeaseLost, Unavailable) as error:
            log.warning("job not given back", extra=defect(error))

    def _once(self) -> bool:
        """Whether there was anything to run."""
        try:
            if time.monotonic() - self._chored >= self._pace.poll_s:
                self._do_chores()
            job = self._leases.claim(self._runner.kinds)
            self._looked = time.monotonic()
        except Exception as error:
            # The database may be away for a while: whoever waits is told so by the health check.
            log.warning("the table is not looked at", extra=defect(error))
            return False
        if job is None:
            return False
        self._run(job)
        return True

    def _run(self, job: Job) -> None:
        begun = time.perf_counter()
        self._current = job
        try:
            ended = self._runner.run(job)
        except Exception as error:
            # Its lease runs out, and it is swept up.
            log.error(
                "the run of a job broke off", extra={"job": job.id, "job_kind": job.kind, **defect(error)}
            )
            ended = LOST
        finally:
            self._current = None
            self._looked = time.monotonic()
        self._metrics.count_job(job.kind, ended, time.perf_counter() - begun)

    def _do_chores(self) -> None:
        self._chored = time.monotonic()
        with self._metrics.step("chores"):
            for chore in self._chores:
                try:
                    chore()
                except Exception as error:
                    # One that fails holds up no other; its time comes again.
                    log.warning("chore failed", extra=defect(error))

    def _sweep(self) -> None:
        for job in self._leases.sweep():
            log.warning("job taken back", extra={"job": job.id, "job_kind": job.kind, "state": job.state})
            self._metrics.count_swept()
