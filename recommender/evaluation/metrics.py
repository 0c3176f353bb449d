"""Measures of ranked lists, for each citizen and with intervals. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from recommender.evaluation.resampling import Interval, Resampling

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]
NAMES = ("ndcg", "precision", "recall", "map")


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure for each citizen who has a relevant item, at one k.

    Attributes:
        citizens: (c,) rows of the scores that were measured.
        map: Average precision at k, divided by the number of relevant items, however many.
    """

    citizens: NDArray[np.int64]
    ndcg: Doubles
    precision: Doubles
    recall: Doubles
    map: Doubles

    def means(self) -> dict[str, float]:
        """Means over the citizens, by name."""
        return {name: float(getattr(self, name).mean()) for name in NAMES}

    def intervals(self) -> dict[str, Interval]:
        """Of the means, by name."""
        resampling = Resampling(len(self.citizens))
        return {name: resampling.mean(getattr(self, name)) for name in NAMES}


def measure(scores: NDArray[np.floating], relevant: Flags, excluded: Flags, k: int = 10) -> Measured:
    """Measures rankings.

    Of items with equal scores those that are not relevant come first, so that a method which does not
    tell items apart cannot be lucky.

    Args:
        scores: (m, n).
        relevant: (m, n), what is to be found.
        excluded: (m, n), what is not ranked: what the citizen had before.

    Raises:
        BadInput: A score is no number, no citizen has a relevant item, or what is to be found is excluded.
    """
    if np.isnan(scores).any():
        raise BadInput("metrics: a score is no number")
    if (relevant & excluded).any():
        raise BadInput("metrics: an item that is to be found is excluded: training and test overlap")
    citizens = np.flatnonzero(relevant.any(axis=1))
    if not len(citizens):
        raise BadInput("metrics: there is nothing to be found")
    wanted = relevant[citizens]
    worth = np.where(excluded[citizens], -np.inf, scores[citizens])
    order = np.lexsort((wanted, -worth), axis=1)[:, :k]
    hits = np.take_along_axis(wanted, order, axis=1)
    return _measured(citizens, hits, wanted.sum(axis=1), k)


def _measured(citizens: NDArray[np.int64], hits: Flags, wanted: NDArray[np.int64], k: int) -> Measured:
    discounts = 1 / np.log2(np.arange(hits.shape[1]) + 2)
    best = np.concatenate([[0.0], np.cumsum(discounts)])[np.minimum(wanted, hits.shape[1])]
    precisions = np.cumsum(hits, axis=1) / (np.arange(hits.shape[1]) + 1)
    return Measured(
        citizens,
        ndcg=(hits * discounts).sum(axis=1) / best,
        precision=hits.sum(axis=1) / k,
        recall=hits.sum(axis=1) / wanted,
        map=(hits * precisions).sum(axis=1) / wanted,
    )


def mean_of(found: Sequence[Measured]) -> Measured:
    """Of several trainings that were measured on the same: the mean for each citizen."""
    means = {name: np.mean([getattr(one, name) for one in found], axis=0) for name in NAMES}
    return Measured(found[0].citizens, **means)
