"""Runs one job under its lease: a sign of life now and then, and a true end whatever happens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from core.commands import Denied
from core.errors import BadInput, NotFound, Unavailable
from core.jobs.context import Context
from core.jobs.handlers import Handler
from core.jobs.leases import Leases
from core.jobs.models import Cancelled, Job, LeaseLost, Stopped
from core.logs import defect, new_request_id, request_context

log = logging.getLogger(__name__)
# The next attempt would end as this one did.
_FOR_GOOD: Final = (BadInput, NotFound, Denied)
_BEATS_A_LEASE: Final = 6
# What a job came to is written again, never the job run again, while the database is away.
_WRITE_AGAIN_S: Final = (0.2, 1.0, 3.0, 10.0)
LOST: Final = "lost"


class Runner:
    """Runs claimed jobs.

    Args:
        leases: By which they are held.
        handlers: By kind.
        stopping: Set when the worker has to end.
        lease_s: How long a lease lasts.
        sleep: Waits so many seconds.
        timer: Seconds that only grow.
    """

    def __init__(
        self,
        leases: Leases,
        handlers: Mapping[str, Handler],
        stopping: threading.Event,
        lease_s: float,
        sleep: Callable[[float], object] = time.sleep,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leases = leases
        self._handlers = handlers
        self._stopping = stopping
        self._beat_s = lease_s / _BEATS_A_LEASE
        self._sleep = sleep
        self._timer = timer
        self._context: Context | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """What it can do."""
        return frozenset(self._handlers)

    @property
    def is_stuck(self) -> bool:
        """Whether it runs a job whose handler has not looked for far too long; to be asked by any thread."""
        context = self._context
        return context is not None and context.is_stuck

    def run(self, job: Job) -> str:
        """Runs it to an end.

        Returns: The state it is in now, or `lost` where it is somebody else's by now.
        """
        context = Context(self._leases, job, self._stopping, self._timer)
        with request_context(new_request_id()):
            log.info("job begins", extra=_about(job))
            with self._heartbeat(context):
                try:
                    ended = self._ended(job, self._outcome(job, context))
                except LeaseLost:
                    ended = LOST
            log.info("job ends", extra={**_about(job), "state": ended})
        return ended

    def _outcome(self, job: Job, context: Context) -> Callable[[], str]:
        """What is to be written of its run."""
        leases = self._leases
        try:
            result = self._handlers[job.kind](context)
        except LeaseLost:
            raise
        except Cancelled:
            return lambda: leases.end_cancelled(job)
        except Stopped:
            return lambda: leases.give_back(job)
        except Exception as error:
            log.warning("job went wrong", extra={**_about(job), **defect(error)})
            failure = error
            return lambda: leases.fail(job, failure, for_good=isinstance(failure, _FOR_GOOD))
        return lambda: leases.finish(job, result)

    def _ended(self, job: Job, write: Callable[[], str]) -> str:
        """Writes its end; where that cannot be written, that it failed."""
        try:
            return self._written(write)
        except LeaseLost:
            raise
        except Exception as error:
            log.error("the end of a job cannot be written", extra={**_about(job), **defect(error)})
            failure = error
        return self._written(lambda: self._leases.fail(job, failure, for_good=True))

    def _written(self, write: Callable[[], str]) -> str:
        for pause in _WRITE_AGAIN_S:
            try:
                return write()
            except Unavailable:
                self._sleep(pause)
        try:
            return write()
        except Unavailable as error:
            # Its lease runs out, and it is swept up.
            log.error("the end of a job is not written", extra=defect(error))
            return LOST

    @contextmanager
    def _heartbeat(self, context: Context) -> Iterator[None]:
        over = threading.Event()
        self._context = context
        thread = threading.Thread(target=self._beat, args=(context, over), name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            self._context = None

    def _beat(self, context: Context, over: threading.Event) -> None:
        told = False
        while not over.wait(self._beat_s):
            if context.is_stuck:
                # Its lease runs out, and another worker takes it back, or this one when it is started anew.
                if not told:
                    log.error("the handler of a job does not look", extra=_about(context.job))
                told = True
                continue
            try:
                self._leases.extend(context.job)
            except LeaseLost:
                context.lose()
                return
            except Exception as error:
                log.warning("no sign of life given", extra={**_about(context.job), **defect(error)})


def _about(job: Job) -> dict[str, Any]:
    return {"job": job.id, "job_kind": job.kind, "fence": job.fence, "attempt": job.attempts}
