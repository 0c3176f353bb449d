"""One contract for whatever counts uses: a real Valkey, and its twin in memory."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator

import pytest
import redis

from core.limits.memory import MemoryLimiter
from core.limits.port import Limit, Limiter
from core.limits.redis import RedisLimiter
from core.redis import connect_async

WINDOW_S = 0.4


@pytest.fixture(params=["valkey", "memory"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[Limiter]:
    """Each implementation in turn."""
    if request.param == "memory":
        made: Limiter = MemoryLimiter()
    else:
        made = RedisLimiter(connect_async(request.getfixturevalue("valkey")))
    yield made
    await made.close()


def limit(most: int, window_s: float = 60.0) -> Limit:
    """One that nobody else counts against."""
    return Limit(uuid.uuid4().hex, most, window_s)


async def test_so_many_are_admitted_and_no_more(limiter: Limiter) -> None:
    one = limit(3)
    waits = [await limiter.admit([one]) for _ in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert all(58 < wait <= 60 for wait in waits[3:])


async def test_many_at_once_are_counted_each(limiter: Limiter) -> None:
    one = limit(20)
    waits = await asyncio.gather(*(limiter.admit([one]) for _ in range(50)))
    assert waits.count(0) == 20


async def test_two_keys_are_counted_apart(limiter: Limiter) -> None:
    one, other = limit(1), limit(1)
    assert [await limiter.admit([one]), await limiter.admit([other])] == [0, 0]
    assert await limiter.admit([one]) > 0


async def test_who_waits_as_long_as_told_is_admitted(limiter: Limiter) -> None:
    one = limit(2, WINDOW_S)
    assert [await limiter.admit([one]) for _ in range(2)] == [0, 0]
    wait = await limiter.admit([one])
    assert 0 < wait <= WINDOW_S
    await asyncio.sleep(wait + 0.01)
    assert await limiter.admit([one]) == 0


async def test_no_stretch_of_time_holds_more(limiter: Limiter) -> None:
    one, admitted = limit(5, WINDOW_S), []
    end = time.monotonic() + 4 * WINDOW_S
    while time.monotonic() < end:
        before = time.monotonic()
        if await limiter.admit([one]) == 0:
            admitted.append((before, time.monotonic()))
        await asyncio.sleep(0.01)
    spans = [admitted[at + 5][1] - admitted[at][0] for at in range(len(admitted) - 5)]
    assert len(admitted) >= 15
    assert all(span >= WINDOW_S for span in spans)


async def test_what_is_refused_by_one_limit_counts_against_none(limiter: Limiter) -> None:
    narrow, wide = limit(1), limit(2)
    assert await limiter.admit([narrow, wide]) == 0
    assert await limiter.admit([narrow, wide]) > 0
    assert await limiter.admit([wide]) == 0
    assert await limiter.admit([wide]) > 0


async def test_the_longer_wait_is_told(limiter: Limiter) -> None:
    short, long = limit(1, 10.0), limit(1, 100.0)
    assert await limiter.admit([short, long]) == 0
    assert 98 < await limiter.admit([short, long]) <= 100


async def test_without_limits_everything_is_admitted(limiter: Limiter) -> None:
    assert await limiter.admit([]) == 0


async def test_a_count_is_one_command_and_its_key_expires(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as plain:
        counted, one, other = RedisLimiter(connect_async(valkey)), limit(3), limit(3)
        await counted.admit([one])
        before = int(plain.info("stats")["total_commands_processed"])
        await counted.admit([one, other])
        commands = int(plain.info("stats")["total_commands_processed"]) - before
        # The question itself, and what the script calls: the time, and four for each key.
        assert commands <= 1 + 1 + 1 + 4 * 2
        assert 0 < plain.pttl(f"rate:{one.key}") <= 60_000
        assert plain.llen(f"rate:{one.key}") == 2
        await counted.close()


async def test_several_processes_count_together(valkey: str) -> None:
    here, there, one = RedisLimiter(connect_async(valkey)), RedisLimiter(connect_async(valkey)), limit(2)
    assert [await here.admit([one]), await there.admit([one])] == [0, 0]
    assert await here.admit([one]) > 0
    await here.close()
    await there.close()


async def test_after_the_clock_was_set_back_nobody_waits_for_it(valkey: str) -> None:
    counted, one = RedisLimiter(connect_async(valkey)), limit(2)
    with redis.Redis.from_url(valkey) as plain:
        ahead = int(time.time() * 1000) + 3_600_000
        plain.lpush(f"rate:{one.key}", ahead, ahead + 1)
        waits = [await counted.admit([one]) for _ in range(3)]
    await counted.close()
    assert waits[:2] == [0, 0]
    assert 58 < waits[2] <= 60


async def test_memory_forgets_what_is_over_and_what_is_too_much() -> None:
    now = 0.0
    counted = MemoryLimiter(lambda: now, most_keys=10)
    for number in range(100):
        await counted.admit([Limit(f"k{number}", 5)])
    assert len(counted._kept) <= 11
    now = 61.0
    for _ in range(10):
        await counted.admit([Limit("new", 5, 1.0)])
    assert list(counted._kept) == ["new"]
