"""The inbox as a way of sending, and the bell that is rung for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import Engine

from channels.ports import Notice, NoticeKind, Outcome, Sender
from channels.web.bell import RedisBell, RedisListener
from channels.web.reads import InboxReads
from channels.web.sender import WebSender
from core.clock import FixedClock
from core.database.engine import open_engine
from core.redis import connect, connect_async

NOTICE = Notice(
    citizen="甲", kind=NoticeKind.PUSH, title="题", text="文", why="您同意了提醒。", dedup_key="k"
)  # fmt: skip


class CountingBell:
    """Counts."""

    def __init__(self) -> None:
        self.rung = 0

    def ring(self) -> None:
        self.rung += 1


def test_it_sends_once_and_rings_when_that_is_kept(
    engine: Engine, clock: FixedClock, agree: Callable[..., None]
) -> None:
    bell = CountingBell()
    sender: Sender = WebSender(engine, clock, bell)
    assert (sender.send(NOTICE), bell.rung) == (Outcome.NO_RIGHT, 0)
    agree("甲")
    assert [sender.send(NOTICE), sender.send(NOTICE)] == [Outcome.SENT, Outcome.SENT]
    assert bell.rung == 2
    assert InboxReads(engine, clock).page("甲", None, 9).unread == 1


def test_without_a_database_its_fate_is_unknown(clock: FixedClock) -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/none")
    assert WebSender(engine, clock, CountingBell()).send(NOTICE) is Outcome.UNKNOWN
    engine.dispose()


async def test_a_bell_without_redis_harms_nobody_and_who_listens_waits() -> None:
    RedisBell(connect("redis://127.0.0.1:1")).ring()
    listener = RedisListener(connect_async("redis://127.0.0.1:1"))
    async with asyncio.timeout(5):
        await listener.wait(0.05)
        await listener.wait(0.05)
    await listener.close()


async def test_who_listens_hears_the_bell_and_many_rings_are_one(valkey: str) -> None:
    bell, listener = RedisBell(connect(valkey)), RedisListener(connect_async(valkey))
    # The first wait subscribes.
    await listener.wait(0.05)
    for _ in range(3):
        bell.ring()
    begun = time.monotonic()
    await listener.wait(30.0)
    assert time.monotonic() - begun < 20
    await listener.close()
