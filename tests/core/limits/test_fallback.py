"""While Redis is away limits are counted here, and nobody waits for it again and again."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence

from core.errors import Unavailable
from core.limits.fallback import FallbackLimiter
from core.limits.memory import MemoryLimiter
from core.limits.port import Limit
from core.limits.redis import RedisLimiter
from core.redis import connect_async

ONE = [Limit("k", 2)]


class Shared:
    """Counts like the memory; may be away, or silent."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.silent = False
        self._memory = MemoryLimiter()

    async def admit(self, limits: Sequence[Limit]) -> float:
        self.asked += 1
        if self.silent:
            await asyncio.sleep(60)
        if self.away:
            raise Unavailable("redis: ConnectionError")
        return await self._memory.admit(limits)

    async def close(self) -> None: ...


class Time:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_use_is_counted_by_the_first_as_long_as_it_is_there() -> None:
    shared = Shared()
    limiter = FallbackLimiter(shared, MemoryLimiter())
    assert [await limiter.admit(ONE) > 0 for _ in range(3)] == [False, False, True]
    assert shared.asked == 3


async def test_limits_hold_while_it_is_away_and_it_is_asked_once_in_a_while() -> None:
    shared, clock = Shared(), Time()
    shared.away = True
    limiter = FallbackLimiter(shared, MemoryLimiter(), rest_s=5, clock=clock)
    assert [await limiter.admit(ONE) > 0 for _ in range(4)] == [False, False, True, True]
    assert shared.asked == 1
    clock.now += 5.1
    await limiter.admit(ONE)
    await limiter.admit(ONE)
    assert shared.asked == 2


async def test_it_is_taken_up_again_when_it_is_back() -> None:
    shared, clock = Shared(), Time()
    shared.away = True
    limiter = FallbackLimiter(shared, MemoryLimiter(), rest_s=5, clock=clock)
    await limiter.admit(ONE)
    shared.away = False
    clock.now += 5.1
    for _ in range(3):
        await limiter.admit(ONE)
    assert shared.asked == 4


async def test_only_one_tries_a_silent_one_again() -> None:
    shared, clock = Shared(), Time()
    shared.silent = True
    limiter = FallbackLimiter(shared, MemoryLimiter(), patience_s=0.05, rest_s=5, clock=clock)
    await limiter.admit(ONE)
    clock.now += 5.1
    await asyncio.gather(*(limiter.admit([Limit(f"k{number}", 2)]) for number in range(20)))
    assert shared.asked == 2


async def test_a_server_that_never_answers_costs_a_fifth_of_a_second_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        url = f"redis://127.0.0.1:{hung.getsockname()[1]}"
        limiter = FallbackLimiter(RedisLimiter(connect_async(url, timeout_s=0.2)), MemoryLimiter())
        begun = time.monotonic()
        await limiter.admit(ONE)
        first = time.monotonic() - begun
        for number in range(100):
            await limiter.admit([Limit(f"k{number}", 2)])
        later = time.monotonic() - begun - first
        await limiter.close()
    assert 0.15 < first < 5
    # Each of them waiting again would be 20 s.
    assert later < 10


async def test_nobody_listening_is_no_error() -> None:
    limiter = FallbackLimiter(RedisLimiter(connect_async("redis://127.0.0.1:1")), MemoryLimiter())
    assert [await limiter.admit(ONE) > 0 for _ in range(3)] == [False, False, True]
    await limiter.close()
