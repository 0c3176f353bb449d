"""Looks that are taken now and then, not each time the worker comes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Pause:
    """Tells whether so many seconds have passed since it last said so.

    Attributes:
        timer: Seconds that only grow.
    """

    seconds: float
    timer: Callable[[], float]
    _ended: float = field(default=float("-inf"), init=False)

    def is_over(self) -> bool:
        """Whether it is; then the next one begins."""
        now = self.timer()
        if now - self._ended < self.seconds:
            return False
        self._ended = now
        return True
