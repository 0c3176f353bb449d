"""Citizens a second by several processes at once, each with what it needs laid out beforehand."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any, Final

PROCESSES: Final = 2
# Serves the citizens of one process, and says how many they are.
Run = Callable[[], int]
# Of the process that this module is loaded in.
_PREPARED: Final[list[Run]] = []


def citizens_per_s(prepare: Callable[..., Run], *arguments: Any) -> float:
    """Runs what `prepare(*arguments)` gives in each process: once to warm up, then all at the same time.

    Args:
        prepare: A function of a module: processes are spawned.
    """
    context = get_context("spawn")
    ready = context.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, context, _prepare, (ready, prepare, arguments)) as pool:
        # The first comes back when every process is ready.
        list(pool.map(_serve, range(PROCESSES)))
        begun = time.perf_counter()
        served = sum(pool.map(_serve, range(PROCESSES)))
        return round(served / (time.perf_counter() - begun), 1)


def _prepare(ready: Barrier, prepare: Callable[..., Run], arguments: tuple[Any, ...]) -> None:
    _PREPARED.append(prepare(*arguments))
    _PREPARED[0]()
    ready.wait()


def _serve(_: int) -> int:
    return _PREPARED[0]()
