"""Histories of many citizens as three arrays, so that a batch is scored without a loop over its entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from recommender.model.arrays import Floats, Integers
from recommender.model.interactions import strength


@dataclass(frozen=True, slots=True)
class Histories:
    """Citizen c did something with `items[starts[c]:starts[c + 1]]`, as strong as `strengths` says.

    Attributes:
        starts: (m + 1,) ascending from 0.
        items: Places among the model's items.
    """

    starts: Integers
    items: Integers
    strengths: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, citizen: int) -> tuple[Integers, Floats]:
        """Items and strengths of one citizen."""
        span = slice(self.starts[citizen], self.starts[citizen + 1])
        return self.items[span], self.strengths[span]

    def part(self, first: int, end: int) -> Histories:
        """Those of citizens `first` to `end` - 1."""
        starts = self.starts[first : end + 1]
        span = slice(starts[0], starts[-1])
        return Histories(starts - starts[0], self.items[span], self.strengths[span])


def histories(told: Sequence[Sequence[tuple[int, float]]], places: Mapping[int, int]) -> Histories:
    """From lists of (item id, weight); unknown items are left out, the same item's weights are added up."""
    starts: list[int] = [0]
    items: list[int] = []
    weights: list[float] = []
    for one in told:
        summed: dict[int, float] = {}
        for item, weight in one:
            place = places.get(item)
            if place is not None and isfinite(weight):
                summed[place] = summed.get(place, 0.0) + weight
        items.extend(summed)
        weights.extend(summed.values())
        starts.append(len(items))
    return Histories(
        np.array(starts, np.int64), np.array(items, np.int64), strength(np.array(weights, np.float64))
    )


def by_citizen(users: Integers, items: Integers, strengths: Floats, citizens: int) -> Histories:
    """From rows (citizen, place of an item, strength), each pair once; a history may be empty."""
    order = np.argsort(users, kind="stable")
    starts = np.zeros(citizens + 1, np.int64)
    np.cumsum(np.bincount(users, minlength=citizens), out=starts[1:])
    return Histories(starts, items[order], strengths[order])
