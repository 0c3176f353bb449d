"""How well questions are grouped, measured against groups that are known. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DRAWS, _SEED = 2000, 1
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """What each question has in common with its groups.

    Attributes:
        gold: The known group of each question, as numbers from 0.
        both: How many others are with it in both groups, shape (questions,); likewise `found` and `known`.
    """

    gold: NDArray[np.intp]
    both: Floats
    found: Floats
    known: Floats

    def figures(self) -> dict[str, Any]:
        """Pairwise and B-cubed measures; intervals by drawing known groups anew."""
        drawn = self.drawn_f1()
        cubed_precision = float(((self.both + 1) / (self.found + 1)).mean())
        cubed_recall = float(((self.both + 1) / (self.known + 1)).mean())
        return {
            "precision": round(float(self.both.sum() / max(self.found.sum(), 1)), 4),
            "recall": round(float(self.both.sum() / max(self.known.sum(), 1)), 4),
            "f1": round(self.f1(), 4),
            "f1_interval": interval(drawn),
            "bcubed_precision": round(cubed_precision, 4),
            "bcubed_recall": round(cubed_recall, 4),
            "bcubed_f1": round(2 * cubed_precision * cubed_recall / (cubed_precision + cubed_recall), 4),
        }

    def f1(self) -> float:
        """Harmonic mean of the shares of found pairs that are known, and of known pairs that are found."""
        return float(2 * self.both.sum() / max(self.found.sum() + self.known.sum(), 1))

    def drawn_f1(self) -> Floats:
        """F1 of draws of known groups with replacement, the same draws for the same groups."""
        groups = int(self.gold.max()) + 1
        sums = np.stack([np.bincount(self.gold, each) for each in (self.both, self.found + self.known)])
        draws = np.random.default_rng(_SEED).integers(groups, size=(_DRAWS, groups))
        both, either = sums[:, draws].sum(axis=2)
        drawn: Floats = 2 * both / np.maximum(either, 1)
        return drawn


def agreement(gold: Sequence[Hashable], found: Sequence[Hashable]) -> Agreement:
    """Compares the groups found with those known; one of each for every question."""
    numbers = {group: number for number, group in enumerate(dict.fromkeys(gold))}
    pairs = list(zip(gold, found, strict=True))
    in_both, in_found, in_gold = Counter(pairs), Counter(found), Counter(gold)
    return Agreement(
        np.array([numbers[group] for group in gold]),
        np.array([in_both[pair] - 1 for pair in pairs], dtype=np.float64),
        np.array([in_found[group] - 1 for group in found], dtype=np.float64),
        np.array([in_gold[group] - 1 for group in gold], dtype=np.float64),
    )


def interval(drawn: Floats) -> tuple[float, float]:
    """95 % of what was drawn."""
    low, high = np.percentile(drawn, (2.5, 97.5))
    return round(float(low), 4), round(float(high), 4)
