"""Turns of ours and of bare Rasa in turn: all run at once, and are asked one after the other in small blocks.

A machine that other work slows down for minutes slows all of them alike; measured one after the other, the
same two programs differed by a third from run to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.performance.load import Asks, Measured, PortalCitizen, RasaCitizen, load
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
    """
    left = list(questions)
    one = {name: Measured() for name in urls}
    for name, url in urls.items():
        load([_citizen(name, url, fresh=True)], left, WARM)
    del left[:WARM]
    for _ in range(BLOCKS):
        for name, url in urls.items():
            one[name].add(load([_citizen(name, url, fresh=True)], left, BLOCK))
        del left[:BLOCK]
    many = {name: Measured() for name in with_many}
    for _ in range(ROUNDS):
        for name in with_many:
            crowd = [_citizen(name, urls[name], fresh=False) for _ in range(AT_ONCE)]
            load(crowd, left, AT_ONCE)
            many[name].add(load(crowd, left[AT_ONCE:], ROUND - AT_ONCE))
        del left[:ROUND]
    return {
        **{name: measured.as_json() for name, measured in one.items()},
        **{f"{name}_at_{AT_ONCE}": measured.as_json() for name, measured in many.items()},
    }


def _citizen(name: str, url: str, *, fresh: bool) -> Asks:
    return PortalCitizen(url, fresh=fresh) if name == OURS else RasaCitizen(url, fresh=fresh)
