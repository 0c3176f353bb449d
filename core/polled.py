"""A value that others change in the database, asked for cheaply: read again when it is half a second old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

T = TypeVar("T")
KEPT_S: Final = 0.5
PATIENCE_S: Final = 0.3
log = logging.getLogger(__name__)


class Polled(Generic[T]):
    """Nobody waits long for it: while it cannot be read, what was known last holds.

    One read is under way at most; what it brings holds from when it comes, however late.

    Args:
        read: Reads it; blocks.
        first: What holds until it has been read once; without one the first read is waited for.
        kept_s: For so many seconds it is not read again.
        patience_s: So many seconds a read is waited for.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        read: Callable[[], T],
        first: T | None = None,
        kept_s: float = KEPT_S,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._last = first
        self._kept_s = kept_s
        self._patience_s = patience_s
        self._clock = clock
        self._until = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._limiter: CapacityLimiter | None = None
        self._error: Exception | None = None
        self._failing = False

    async def value(self) -> T:
        """The value, at most `kept_s` and `patience_s` old while the database answers.

        Raises:
            Unavailable: It has never been read, and cannot be now.
        """
        if self._clock() >= self._until:
            self._reading = self._reading or asyncio.create_task(self._refresh())
        if self._reading is not None and (self._last is None or self._clock() >= self._until):
            patience = None if self._last is None else self._patience_s
            await asyncio.wait({self._reading}, timeout=patience)
            if self._reading is not None:
                # Whoever comes while it goes on does not wait each anew.
                self._until = self._clock() + self._kept_s
                self._tell("TimeoutError")
        if self._last is None:
            assert self._error is not None  # noqa: S101 - it was waited for, and brought nothing
            raise self._error
        return self._last

    async def _refresh(self) -> None:
        # A limiter belongs to the event loop in which it is made; its thread is nobody else's.
        self._limiter = self._limiter or CapacityLimiter(1)
        try:
            self._last = await run_sync(self._read, limiter=self._limiter, abandon_on_cancel=True)
        except Exception as error:
            self._error = error
            self._tell(type(error).__name__)
        else:
            self._failing = False
        finally:
            self._until = self._clock() + self._kept_s
            self._reading = None

    def _tell(self, kind: str) -> None:
        if not self._failing and self._last is not None:
            log.warning("what was known last holds on", extra={"kind": kind})
            self._failing = True
