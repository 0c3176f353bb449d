"""Acceptance run of the inbox: thousands of idle streams, one notice to all, a thousand broken connections.

`python -m bench.inbox`: one portal of its own on an empty SQLite database, in which citizens are put who have
agreed to notices. Measured with the embedded Redis, which wakes the portal, and without, where it looks by
itself. The readers run in this process and take their share of the same processors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import psutil

from bench.inboxing.portal import Place, opened
from bench.inboxing.readers import Reader
from bench.running import RESULTS, described, missed, write_result
from channels.ports import Notice, NoticeKind, Outcome
from channels.web.bell import RedisBell
from channels.web.inbox import put_notices
from core.clock import SystemClock
from core.database.engine import writing
from core.redis import connect

STREAMS: Final = 2000
BREAKS: Final = 1000
WRITERS_S: Final = 0.02
MOST: Final = {"all_s": 2.0, "lost": 0, "doubled": 0, "out_of_order": 0, "kb_per_stream": 100.0}
SEED: Final = 20261127
_AT_ONCE: Final = 50
_SETTLE_S: Final = 3.0


def main() -> int:
    """Measures, prints and writes; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--breaks", type=int, default=BREAKS)
    parser.add_argument("--out", type=Path, default=RESULTS / "inbox.json")
    given = parser.parse_args()
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    result = described() | {"streams": given.streams, "breaks": given.breaks}
    for name, with_redis in (("with_redis", True), ("without_redis", False)):
        with tempfile.TemporaryDirectory(prefix="weizheng-inbox-") as scratch, ExitStack() as stack:
            place = stack.enter_context(opened(Path(scratch), given.streams, with_redis=with_redis))
            result[name] = asyncio.run(measured(place, given.streams, given.breaks))
    result["missed"] = [
        f"{part}: {what}"
        for part in ("with_redis", "without_redis")
        for what in missed(result[part], {}, MOST)
    ]
    write_result(given.out, result)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return int(bool(result["missed"]))


async def measured(place: Place, streams: int, breaks: int) -> dict[str, Any]:
    """Every figure of one portal."""
    citizens = await place.citizens(streams)
    process = psutil.Process(place.portal.pid)
    before = process.memory_info().rss
    readers = [Reader(place.port, cookie) for _, cookie in citizens]
    begun = time.perf_counter()
    await in_turn(readers)
    opening_s = time.perf_counter() - begun
    await asyncio.sleep(_SETTLE_S)
    held = process.memory_info().rss - before
    told = await one_to_all(place, [name for name, _ in citizens], readers)
    idle = await idle_share(process)
    for one in readers:
        one.hang_up()
    broken = await broken_at_random(place, citizens[: max(1, streams // 10)], breaks)
    return {
        "opening_s": round(opening_s, 2),
        "kb_per_stream": round(held / streams / 1024, 1),
        **told,
        "idle_cpu_share": idle,
        **broken,
    }


async def in_turn(readers: Sequence[Reader]) -> None:
    """Opens all, some at a time, and waits until each stands."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def open_one(reader: Reader) -> None:
        async with places:
            await reader.open()

    await asyncio.gather(*map(open_one, readers))


async def one_to_all(place: Place, names: Sequence[str], readers: Sequence[Reader]) -> dict[str, Any]:
    """One notice to everybody: seconds from before it is written until readers have it."""
    waiting = [asyncio.create_task(one.read(1)) for one in readers]
    await asyncio.sleep(0)
    begun = time.perf_counter()
    await asyncio.to_thread(put, place, names, ["一条通知"])
    written = time.perf_counter() - begun
    await asyncio.wait(waiting, timeout=60)
    took = sorted(one.at[-1] - begun for one in readers if one.titles == ["一条通知"])
    return {
        "told": len(took),
        "written_s": round(written, 3),
        "median_s": round(statistics.median(took), 3) if took else None,
        "all_s": round(took[-1], 3) if len(took) == len(readers) else None,
    }


async def idle_share(process: psutil.Process) -> float:
    """Share of one processor that the open streams cost while nothing happens."""
    used = sum(process.cpu_times()[:2])
    await asyncio.sleep(10)
    return round((sum(process.cpu_times()[:2]) - used) / 10, 3)


def put(place: Place, names: Sequence[str], keys: Sequence[str]) -> None:
    """Puts these notices into each of these inboxes in one transaction, and rings if there is a bell."""
    some = [
        Notice(
            citizen=name, kind=NoticeKind.PUSH, title=key, text="正文" * 50, url="https://example.gov.cn/",
            why="您同意了在本页面提醒您。", dedup_key=key,
        )
        for name in names
        for key in keys
    ]  # fmt: skip
    with writing(place.engine) as connection:
        outcomes = put_notices(connection, some, SystemClock(place.settings.zone).now())
    assert set(outcomes) <= {Outcome.SENT}  # noqa: S101 - everybody here has agreed
    if place.redis_url:
        with connect(place.redis_url) as client:
            RedisBell(client).ring()


async def broken_at_random(
    place: Place, citizens: Sequence[tuple[str, str]], breaks: int
) -> dict[str, Any]:  # fmt: skip
    """Readers who hang up wherever they are and come back, while notices are written."""
    chance = random.Random(SEED)
    readers = {name: Reader(place.port, cookie) for name, cookie in citizens}
    await in_turn(list(readers.values()))
    written: dict[str, list[str]] = {name: [] for name in readers}
    stop = asyncio.Event()
    writing_all = asyncio.create_task(write_on(place, written, random.Random(SEED + 1), stop))
    following = [asyncio.create_task(one.follow()) for one in readers.values()]
    for _ in range(breaks):
        await asyncio.sleep(chance.random() * 0.03)
        while not chance.choice(list(readers.values())).break_off():
            await asyncio.sleep(0)
    stop.set()
    await writing_all
    complete = await caught_up(readers, written)
    for one in following:
        one.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    for reader in readers.values():
        reader.hang_up()
    return compared(readers, written) | {"caught_up": complete}


async def write_on(
    place: Place, written: dict[str, list[str]], chance: random.Random, stop: asyncio.Event
) -> None:  # fmt: skip
    """Writes to some of them again and again."""
    at = 0
    while not stop.is_set():
        names = chance.sample(sorted(written), min(len(written), chance.randint(1, 12)))
        keys = [str(at + n) for n in range(chance.randint(1, 3))]
        at += len(keys)
        await asyncio.to_thread(put, place, names, keys)
        for name in names:
            written[name] += keys
        await asyncio.sleep(chance.random() * WRITERS_S)


async def caught_up(readers: dict[str, Reader], written: dict[str, list[str]]) -> bool:
    """Waits until each has the last of theirs; false where that takes more than half a minute."""
    for _ in range(300):
        if all(len(readers[name].titles) >= len(theirs) for name, theirs in written.items()):
            return True
        await asyncio.sleep(0.1)
    return False


def compared(readers: dict[str, Reader], written: dict[str, list[str]]) -> dict[str, Any]:
    """What was written against what came."""
    got = {name: one.titles for name, one in readers.items()}
    return {
        "readers": len(readers),
        "written": sum(map(len, written.values())),
        "came_back": sum(one.opened - 1 for one in readers.values()),
        "refused": sum(one.refused for one in readers.values()),
        "lost": sum(len(set(written[name]) - set(titles)) for name, titles in got.items()),
        "doubled": sum(len(titles) - len(set(titles)) for titles in got.values()),
        "out_of_order": sum(titles != sorted(titles, key=int) for titles in got.values()),
    }


if __name__ == "__main__":
    sys.exit(main())
