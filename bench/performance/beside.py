"""Turns of ours and of bare Rasa in turn: all run at once, and are asked one after the other in small blocks.

A machine that other work slows down for minutes slows all of them alike; measured one after the other, the
same two programs differed by a third from run to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

from bench.performance.load import Measured, PortalCitizen, RasaCitizen, load
from bench.performance.turns import AT_ONCE

OURS = "weizheng"
WARM = 20
BLOCKS, BLOCK = 10, 30
ROUNDS, ROUND = 3, 120


def beside(urls: Mapping[str, str], questions: Sequence[str], with_many: Sequence[str]) -> dict[str, Any]:
    """One citizen in fresh conversations, then sixteen at once; no question twice.

    Args:
        urls: Where each is asked; `OURS` is ours, the others are Rasa servers.
        questions: As many as all blocks and rounds take.
        with_many: Those whose sixteen citizens are measured.

    Raises:
        ValueError: There are fewer questions: some would come again, and be answered from memory.
    """
    if len(set(questions)) < WARM + BLOCKS * BLOCK + ROUNDS * ROUND:
        raise ValueError("too few different questions")
    left = list(dict.fromkeys(questions))
    one = {name: Measured() for name in urls}
    for name, url in urls.items():
        _asked(name, url, left[:WARM], fresh=True)
    del left[:WARM]
    for _ in range(BLOCKS):
        for name, url in urls.items():
            one[name].add(_asked(name, url, left[:BLOCK], fresh=True))
        del left[:BLOCK]
    many = {name: Measured() for name in with_many}
    for _ in range(ROUNDS):
        for name in with_many:
            many[name].add(_asked(name, urls[name], left[:ROUND], fresh=False))
        del left[:ROUND]
    return {
        **{name: measured.as_json() for name, measured in one.items()},
        **{f"{name}_at_{AT_ONCE}": measured.as_json() for name, measured in many.items()},
    }


def _asked(name: str, url: str, questions: Sequence[str], *, fresh: bool) -> Measured:
    """What one citizen sees in fresh conversations, or sixteen in theirs, whose first turns do not count."""
    kind = PortalCitizen if name == OURS else RasaCitizen
    with ExitStack() as done:
        crowd = [done.enter_context(closing(kind(url, fresh=fresh))) for _ in range(1 if fresh else AT_ONCE)]
        begun = 0 if fresh else AT_ONCE
        load(crowd, questions[:begun], begun)
        return load(crowd, questions[begun:], len(questions) - begun)
