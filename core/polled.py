"""A value that others change in the database, asked for cheaply: read again when it is half a second old."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import anyio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync

T = TypeVar("T")
KEPT_S: Final = 0.5
PATIENCE_S: Final = 0.3
log = logging.getLogger(__name__)


class Polled(Generic[T]):
    """Nobody waits long for it: while it cannot be read, what was known last holds.

    Args:
        read: Reads it; blocks.
        first: What holds until it has been read once; without one the first read is waited for.
        kept_s: For so many seconds it is not read again.
        patience_s: So many seconds a read may take; of one that takes longer only the result is lost.
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
        self._lock = asyncio.Lock()
        self._limiter: CapacityLimiter | None = None
        self._failing = False

    async def value(self) -> T:
        """The value, at most `kept_s` and `patience_s` old while the database answers.

        Raises:
            Unavailable: It has never been read, and cannot be now.
        """
        if self._clock() >= self._until:
            async with self._lock:
                if self._clock() >= self._until:
                    await self._refresh()
                    self._until = self._clock() + self._kept_s
        assert self._last is not None  # noqa: S101 - read above
        return self._last

    async def _refresh(self) -> None:
        # A limiter belongs to the event loop in which it is made. One thread: a hung database takes no more.
        self._limiter = self._limiter or CapacityLimiter(1)
        if self._last is None:
            self._last = await run_sync(self._read, limiter=self._limiter, abandon_on_cancel=True)
            return
        kind = "TimeoutError"
        with anyio.move_on_after(self._patience_s):
            try:
                self._last = await run_sync(self._read, limiter=self._limiter, abandon_on_cancel=True)
            except Exception as error:
                kind = type(error).__name__
            else:
                self._failing = False
                return
        if not self._failing:
            log.warning("what was known last holds on", extra={"kind": kind})
        self._failing = True
