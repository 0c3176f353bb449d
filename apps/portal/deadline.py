"""How long a turn may still take, all steps together."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from core.errors import DeadlineExceeded

# What screening, keeping and sending an answer may take once it is there.
_RESERVE_S: Final = 0.5
_LEAST_S: Final = 0.05


class Deadline:
    """An instant after which nobody waits any more."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, at least a millisecond, so that it can be handed to a timeout.

        Raises:
            DeadlineExceeded: Nothing is left.
        """
        left = self._end - time.monotonic()
        if left < 0.001:
            raise DeadlineExceeded()
        return left

    def spare(self, most_s: float) -> float:
        """Seconds that an answer may wait for what goes with it, at most so many; 0 where it cannot wait."""
        left = self._end - time.monotonic() - _RESERVE_S
        return min(most_s, left) if left >= _LEAST_S else 0.0

    def epoch(self) -> float:
        """The instant in seconds since 1970, for other processes."""
        return time.time() + self.remaining()

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """What runs inside is given up at the deadline.

        Raises:
            DeadlineExceeded: It was.
        """
        with anyio.move_on_after(self.remaining()) as scope:
            yield
        if scope.cancelled_caught:
            raise DeadlineExceeded()
