"""Limits counted in this process: the twin of the Redis one, and what is left while Redis is away."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from core.limits.port import Limit

MOST_KEYS = 100_000
_SWEPT_AT_ONCE = 4


class _Uses:
    """Instants of one key's latest uses, oldest first, and when they all are past."""

    def __init__(self) -> None:
        self.instants: deque[float] = deque()
        self.over = 0.0


class MemoryLimiter:
    """Each process counts for itself.

    Args:
        clock: Seconds that only grow.
        most_keys: Beyond so many keys those used longest ago are forgotten.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most_keys: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._kept: OrderedDict[str, _Uses] = OrderedDict()

    async def admit(self, limits: Sequence[Limit]) -> float:
        """As the port says; never unavailable."""
        now = self._clock()
        self._sweep(now)
        wait = max((self._wait(limit, now) for limit in limits), default=0.0)
        if wait <= 0:
            for limit in limits:
                self._count(limit, now)
        return max(0.0, wait)

    async def close(self) -> None:
        """Nothing is open."""

    def _wait(self, limit: Limit, now: float) -> float:
        uses = self._kept.get(limit.key)
        if uses is None or len(uses.instants) < limit.most:
            return 0.0
        return uses.instants[-limit.most] + limit.window_s - now

    def _count(self, limit: Limit, now: float) -> None:
        uses = self._kept.setdefault(limit.key, _Uses())
        uses.instants.append(now)
        uses.over = now + limit.window_s
        while len(uses.instants) > limit.most:
            uses.instants.popleft()
        self._kept.move_to_end(limit.key)

    def _sweep(self, now: float) -> None:
        """Forgets a few keys whose time is over: those used longest ago stand first."""
        for _ in range(_SWEPT_AT_ONCE):
            oldest = next(iter(self._kept.items()), None)
            if oldest is None or (oldest[1].over > now and len(self._kept) <= self._most_keys):
                return
            del self._kept[oldest[0]]
