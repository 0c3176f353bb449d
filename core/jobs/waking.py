"""How a worker learns of a job at once. Whoever waits for a message in vain looks at the table anyway."""

from __future__ import annotations

import threading
from typing import Protocol


class Waker(Protocol):
    """Tells some worker of a job that is committed. It never fails: a lost message changes nothing."""

    def wake(self, number: int) -> None:
        """Tells of it; takes a second at most."""
        ...


class NoWaker:
    """Tells nobody: the worker finds the job by itself."""

    def wake(self, number: int) -> None:
        """Nothing."""


class Bell:
    """Where a worker waits for work. A message is taken when it is free, so that others get the next."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = False
        self._closed = False

    def ring(self, patience_s: float) -> None:
        """Wakes the worker, and waits until it has heard it."""
        with self._changed:
            self._rung = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or not self._rung, patience_s)

    def wait(self, timeout_s: float) -> bool:
        """Until it rings, is closed, or the time is over; whether it rang."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._rung, timeout_s)
            rung, self._rung = self._rung, False
            self._changed.notify_all()
            return rung

    def close(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
