"""How many turns are under way at once; who would wait in vain is told so instead of at the deadline."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio import CapacityLimiter

from apps.portal.deadline import Deadline
from apps.portal.errors import Overloaded

# More at once make none faster: the processes behind us share a few cores.
AT_ONCE = 24
# Weight of the latest turn in the pace: a burst of quick refusals says little.
_LATEST = 0.05


class Gate:
    """Lets turns through in the order in which they came.

    Args:
        at_once: Most turns under way.
        now: Seconds of a clock that never goes back.
    """

    def __init__(self, at_once: int = AT_ONCE, now: Callable[[], float] = time.monotonic) -> None:
        self._places = CapacityLimiter(at_once)
        self._at_once = at_once
        self._now = now
        self._turn_s = 0.0

    @property
    def waiting(self) -> int:
        """Turns that wait to begin."""
        return self._places.statistics().tasks_waiting

    @property
    def under_way(self) -> int:
        """Turns that have begun and not ended."""
        return self._places.statistics().borrowed_tokens

    @asynccontextmanager
    async def turn(self, deadline: Deadline) -> AsyncIterator[None]:
        """Waits until the turn may begin.

        Raises:
            Overloaded: As turns go now, it would not end before the deadline.
            DeadlineExceeded: It did not begin before it.
        """
        if self._would_take() > deadline.remaining():
            raise Overloaded()
        async with deadline.guard():
            await self._places.acquire()
        started = self._now()
        try:
            yield
        finally:
            # Also of a turn that failed: where every turn ends at its deadline, that is the pace.
            self._turn_s += _LATEST * (self._now() - started - self._turn_s)
            self._places.release()

    def _would_take(self) -> float:
        """Seconds until a turn that comes now would end; of one that need not wait nothing is foretold."""
        if self._places.available_tokens > 0:
            return 0.0
        return self._turn_s * ((self.waiting + 1) / self._at_once + 1)
