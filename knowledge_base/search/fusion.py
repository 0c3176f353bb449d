"""One score per record from words, whole text, meaning and name. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# The three scores count alike: one of them a third higher changes hit@1 by less than its noise (ADR 3).
_COSINE_SPREAD = 0.1
_NAME = 1.0
NAMED_FROM = 0.5
SECOND_READING_LEAD = 1 / 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the indexes say about one record: BM25 of its best passage and of the whole, best cosine, name."""

    passage: float
    record: float
    cosine: float
    name: float = 0.0


def fuse(evidence: Mapping[int, Evidence]) -> dict[int, float]:
    """Score of every record, about 0 to 1 (a record that is named may exceed it), by its number."""
    if not evidence:
        return {}
    passage = max(max(one.passage for one in evidence.values()), 1e-9)
    record = max(max(one.record for one in evidence.values()), 1e-9)
    cosine = max(one.cosine for one in evidence.values())
    return {
        number: (
            one.passage / passage
            + one.record / record
            + (one.cosine - cosine) / _COSINE_SPREAD
            + 1
            + _NAME * _named(one.name)
        )
        / 3
        for number, one in evidence.items()
    }


def _named(match: float) -> float:
    return max(0.0, (match - NAMED_FROM) / (1 - NAMED_FROM))


def reading_order(scores: Sequence[float], readings: Sequence[int]) -> list[tuple[int, int]]:
    """Which reading of which record comes when: pairs of record place and reading place.

    The best reading of each record comes in rank order. The first record's second reading comes right after
    its first where the record leads clearly, else after the runner-up's; further readings come last.
    """
    firsts = [(place, 0) for place, count in enumerate(readings) if count]
    rest = [(place, reading) for place, count in enumerate(readings) for reading in range(1, count)]
    if rest and rest[0] == (0, 1):
        clear = len(scores) < 2 or scores[0] - scores[1] > SECOND_READING_LEAD
        firsts.insert(1 if clear else 2, rest.pop(0))
    return firsts + rest
