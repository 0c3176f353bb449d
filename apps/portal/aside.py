"""Threads for what no answer waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

_Made = TypeVar("_Made")


class Aside:
    """Runs blocking work that may be given up. What was given up holds one of these threads, and none else's.

    The event loop's own pool counts a thread as free once it is given up: a database that hangs would make
    ever more of them.

    Args:
        threads: At most so many; the next work waits, and is never begun if it is given up meanwhile.
    """

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="aside")

    async def run(self, work: Callable[..., _Made], *args: object) -> _Made:
        """What it makes; cancelling leaves it at once."""
        return await asyncio.wrap_future(self._pool.submit(copy_context().run, work, *args))
