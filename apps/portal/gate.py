"""How many turns are under way at once; who would wait in vain is told so instead of at the deadline."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

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
        self._free = at_once
        self._at_once = at_once
        self._now = now
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._turn_s = 0.0

    @property
    def waiting(self) -> int:
        """Turns that wait to begin."""
        return len(self._waiting)

    @asynccontextmanager
    async def turn(self, deadline: Deadline) -> AsyncIterator[None]:
        """Waits until the turn may begin.

        Raises:
            Overloaded: As turns go now, it would not begin before the deadline.
            DeadlineExceeded: It did not.
        """
        await self._enter(deadline)
        started = self._now()
        try:
            yield
            self._turn_s += _LATEST * (self._now() - started - self._turn_s)
        finally:
            self._leave()

    async def _enter(self, deadline: Deadline) -> None:
        if self._free and not self._waiting:
            self._free -= 1
            return
        if (len(self._waiting) + 1) * self._turn_s / self._at_once + self._turn_s > deadline.remaining():
            raise Overloaded()
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with deadline.guard():
                await place
        except BaseException:
            # Let in at the very moment in which it gave up: the place is the next one's.
            if place.done() and not place.cancelled():
                self._leave()
            else:
                self._waiting.remove(place)
            raise

    def _leave(self) -> None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
