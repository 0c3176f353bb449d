"""Limits that go on being counted while Redis is away or slow: who asks waits a moment at most."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from core.errors import Unavailable
from core.limits.port import Limit, Limiter

PATIENCE_S = 0.2
REST_S = 5.0
log = logging.getLogger(__name__)


class FallbackLimiter:
    """Asks the first; after a failure the second for a while, then one use tries the first again.

    Args:
        first: Shared and perhaps away.
        second: Always there.
        patience_s: Seconds that the first may take.
        rest_s: Seconds for which it is not asked after it failed.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        first: Limiter,
        second: Limiter,
        patience_s: float = PATIENCE_S,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first
        self._second = second
        self._patience_s = patience_s
        self._rest_s = rest_s
        self._clock = clock
        self._failed = False
        self._rests_until = 0.0

    async def admit(self, limits: Sequence[Limit]) -> float:
        """As the port says; never unavailable."""
        if self._failed:
            if self._clock() < self._rests_until:
                return await self._second.admit(limits)
            # The others go on without it while this one tries.
            self._rests_until = self._clock() + self._rest_s
        try:
            async with asyncio.timeout(self._patience_s):
                wait = await self._first.admit(limits)
        except (Unavailable, TimeoutError) as error:
            self._rest(error)
            return await self._second.admit(limits)
        self._failed = False
        return wait

    async def close(self) -> None:
        """Ends the connections of both."""
        await self._first.close()
        await self._second.close()

    def _rest(self, error: Exception) -> None:
        if not self._failed:
            log.warning("limits are counted in this process only", extra={"kind": type(error).__name__})
        self._failed = True
        self._rests_until = self._clock() + self._rest_s
