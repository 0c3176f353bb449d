"""Ordinary chat at a steady rate, and whether anything grows: memory, open files, database, time taken."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from apps.cli.leftovers import find, read_record
from bench.answers import QUESTIONS, read

CITIZENS = 50
PER_SECOND = 2.0
SAMPLE_S = 5.0
# Over the second half of the time, by a straight line through it.
MOST_GROWTH = 0.02
MOST_FILES = 5.0
MOST_SLOWER = 1.3
CRITERION = (
    "by a straight line through the samples of the second half each process's resident memory grows by less "
    f"than {MOST_GROWTH:.0%} in that half and its open files by less than {MOST_FILES:.0f}; median time "
    f"to answer in the last quarter at most {MOST_SLOWER} of that in the second; no error"
)


@dataclass(frozen=True)
class Sample:
    """The installation at an instant."""

    at_s: float
    rss_mb: Mapping[str, float]
    files: Mapping[str, int]
    database_bytes: int


@dataclass(frozen=True)
class Turn:
    """One message: when it was sent, how long it took in milliseconds, and how it ended."""

    at_s: float
    ms: float
    status: int


async def soaked(home: Path, url: str, minutes: float, seed: int = 1) -> dict[str, Any]:
    """Chats so long and says what it found."""
    begun = time.monotonic()
    samples: list[Sample] = []
    watching = asyncio.create_task(_watch(home, samples, begun))
    turns = await _chat(url, begun, minutes * 60, random.Random(seed))
    watching.cancel()
    return figures(samples, turns, minutes)


def figures(samples: Sequence[Sample], turns: Sequence[Turn], minutes: float) -> dict[str, Any]:
    """What was sampled, in few numbers."""
    half = [one for one in samples if one.at_s >= minutes * 30]
    times = [one.at_s for one in half]
    names = sorted(half[0].rss_mb) if half else []
    memory = {name: _grown(times, [one.rss_mb[name] for one in half]) for name in names}
    files = {name: _grown(times, [one.files[name] for one in half]) for name in names}
    second, last = (_median_ms(turns, minutes, quarter) for quarter in (1, 3))
    return {
        "minutes": minutes,
        "messages": len(turns),
        "errors": sum(one.status != 200 for one in turns),
        "p50_ms": {"second_quarter": second, "last_quarter": last},
        "p95_ms": round(float(np.percentile([one.ms for one in turns], 95)), 1) if turns else None,
        "memory_mb": {
            name: {"end": round(half[-1].rss_mb[name], 1), "grown_mb": round(grown, 2)}
            for name, grown in memory.items()
        },
        "files": {
            name: {"end": half[-1].files[name], "grown": round(grown, 1)} for name, grown in files.items()
        },
        "database_bytes_per_message": _bytes_per_message(samples, turns),
        "samples": len(samples),
        "criterion": CRITERION,
        "first_and_last": [asdict(one) for one in (samples[0], samples[-1])] if samples else [],
    }


def missed(found: Mapping[str, Any]) -> list[str]:
    """What grew, in words."""
    wrong = [f"{found['errors']} errors"] if found["errors"] else []
    for name, one in found["memory_mb"].items():
        if one["grown_mb"] > MOST_GROWTH * one["end"]:
            wrong.append(f"{name}: memory grew by {one['grown_mb']} of {one['end']} MB")
    wrong += [
        f"{name}: open files grew by {one['grown']}"
        for name, one in found["files"].items()
        if one["grown"] >= MOST_FILES
    ]
    second, last = found["p50_ms"]["second_quarter"], found["p50_ms"]["last_quarter"]
    if second is None or last is None or last > MOST_SLOWER * second:
        wrong.append(f"time to answer: {second} ms, then {last} ms")
    return wrong


def sample(home: Path, at_s: float) -> Sample:
    """The installation now; a process counts with its children."""
    rss, files = {}, {}
    for item in read_record(home / "run"):
        process = find(item)
        family = [process, *process.children(recursive=True)] if process else []
        rss[item.name] = sum(member.memory_info().rss for member in family) / 1024**2
        files[item.name] = sum(member.num_fds() for member in family)
    return Sample(at_s, rss, files, sum(path.stat().st_size for path in home.glob("weizheng.db*")))


async def _watch(home: Path, samples: list[Sample], begun: float) -> None:
    while True:
        samples.append(sample(home, time.monotonic() - begun))
        await asyncio.sleep(SAMPLE_S)


async def _chat(url: str, begun: float, seconds: float, chance: random.Random) -> list[Turn]:
    texts = [turn.text for dialogue in read(QUESTIONS) for turn in dialogue.turns]
    turns: list[Turn] = []
    citizens = [httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) for _ in range(CITIZENS)]
    waiting: set[asyncio.Task[None]] = set()

    async def say(citizen: httpx.AsyncClient, text: str) -> None:
        sent = time.monotonic()
        try:
            status = (await citizen.post("/api/chat", json={"text": text})).status_code
        except httpx.HTTPError:
            status = 0
        turns.append(Turn(sent - begun, (time.monotonic() - sent) * 1000, status))

    number = 0
    while time.monotonic() - begun < seconds:
        task = asyncio.create_task(say(citizens[number % CITIZENS], chance.choice(texts)))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        number += 1
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
    await asyncio.gather(*waiting)
    for citizen in citizens:
        await citizen.aclose()
    return turns


def _grown(times: Sequence[float], values: Sequence[float]) -> float:
    """By how much a straight line through the values rises from the first to the last."""
    if len(times) < 2:
        return 0.0
    slope = float(np.polyfit(times, values, 1)[0])
    return slope * (times[-1] - times[0])


def _median_ms(turns: Sequence[Turn], minutes: float, quarter: int) -> float | None:
    length = minutes * 15
    found = [one.ms for one in turns if quarter * length <= one.at_s < (quarter + 1) * length]
    return round(float(np.median(found)), 1) if found else None


def _bytes_per_message(samples: Sequence[Sample], turns: Sequence[Turn]) -> float | None:
    if len(samples) < 2 or not turns:
        return None
    return round((samples[-1].database_bytes - samples[0].database_bytes) / len(turns), 1)
