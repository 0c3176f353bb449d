"""How long pure work takes, told so that a slow or busy machine makes no difference."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

_ROUNDS = 3


def loops(work: Callable[[], object], times: int = 1) -> float:
    """How many loops of 10,000 additions `times` calls of `work` take as long as (a loop is about 0.5 ms).

    Both are timed in turn, in this thread's own time and without collections of garbage, which grow with
    whatever else a test run has left in memory; the least of each counts.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        rounds = [(_seconds(_loop, 1), _seconds(work, times)) for _ in range(_ROUNDS)]
    finally:
        if collected:
            gc.enable()
    return min(worked for _, worked in rounds) / min(looped for looped, _ in rounds)


def _loop() -> None:
    total = 0
    for number in range(10_000):
        total += number


def _seconds(work: Callable[[], object], times: int) -> float:
    begun = time.thread_time()
    for _ in range(times):
        work()
    return max(time.thread_time() - begun, 1e-6)
