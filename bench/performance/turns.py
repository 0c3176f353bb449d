"""A chat turn; long conversations; many citizens at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psutil

from bench.performance.load import Asks, PortalCitizen, load, milliseconds

TURNS = 300
# As many as sixteen citizens ask afterwards, so that theirs are remembered.
FIRST = 360
CITIZENS = (1, 64)
CONVERSATIONS = 4
EARLY, LATE = range(6, 15), range(296, 305)
FEW, MANY = 1_000, 10_000
AT_ONCE = 16


def at_once(url: str, questions: Sequence[str], citizens: int) -> dict[str, Any]:
    """Turns of so many citizens, each in a conversation that goes on."""
    crowd: list[Asks] = [PortalCitizen(url, fresh=False) for _ in range(citizens)]
    load(crowd, questions, 2 * citizens)
    return load(crowd, questions[2 * citizens :], max(TURNS, 20 * citizens)).as_json()


def long_chats(url: str, questions: Sequence[str]) -> dict[str, Any]:
    """Turns around the tenth and around the three hundredth of the same conversations."""
    early: list[float] = []
    late: list[float] = []
    for number in range(CONVERSATIONS):
        citizen = PortalCitizen(url, fresh=False)
        own = [*questions[number::CONVERSATIONS], *questions]
        seconds = load([citizen], own, LATE.stop).seconds
        early += seconds[EARLY.start : EARLY.stop]
        late += seconds[LATE.start : LATE.stop]
    figures = {"turn_10_ms": milliseconds(early, 0.5), "turn_300_ms": milliseconds(late, 0.5)}
    return figures | {"ratio": round(figures["turn_300_ms"] / figures["turn_10_ms"], 2)}


def memory_of_rasa(url: str, questions: Sequence[str], pid: int) -> dict[str, Any]:
    """Resident megabytes of Rasa after a thousand turns and after ten thousand."""
    crowd: list[Asks] = [PortalCitizen(url, fresh=False) for _ in range(AT_ONCE)]
    first = load(crowd, questions, FEW)
    few = _resident_mb(pid)
    rest = load(crowd, questions, MANY - FEW)
    many = _resident_mb(pid)
    return {
        "after_1000_mb": round(few),
        "after_10000_mb": round(many),
        "ratio": round(many / few, 3),
        "errors": len(first.errors) + len(rest.errors),
    }


def _resident_mb(pid: int) -> float:
    whole = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return float(sum(process.memory_info().rss for process in whole)) / 1024**2
