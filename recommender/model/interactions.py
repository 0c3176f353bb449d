"""What training learns from: who did something with which item, and how much it says. Checked here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from recommender.model.arrays import Floats, Integers


@dataclass(frozen=True, slots=True)
class Interactions:
    """One row an interaction.

    Attributes:
        users: (rows,) numbers of citizens, from 0 to `citizens` - 1.
        items: (rows,) places in `item_ids`.
        weights: (rows,) how much each says; of no effect unless the sum of a citizen and an item is positive.
        item_ids: (n,) ids of all items, those without interactions as well.
    """

    users: Integers
    items: Integers
    weights: Floats
    citizens: int
    item_ids: Integers

    def __post_init__(self) -> None:
        """Raises `BadInput` for what cannot be learned from."""
        rows = len(self.users)
        if rows == 0 or len(self.item_ids) == 0:
            raise BadInput("training: there are no interactions, or no items. 没有可用于训练的数据。")
        if not rows == len(self.items) == len(self.weights):
            raise BadInput("training: users, items and weights differ in length")
        if not np.isfinite(self.weights).all():
            raise BadInput("training: a weight is not finite")
        if len(np.unique(self.item_ids)) != len(self.item_ids):
            raise BadInput("training: an item is named twice")
        _in_range("users", self.users, self.citizens)
        _in_range("items", self.items, len(self.item_ids))

    def cells(self) -> tuple[Integers, Integers, Floats]:
        """Users, items and strengths, one row for each pair whose weights sum up to more than nothing.

        Raises:
            BadInput: There is none.
        """
        keys = self.users * np.int64(len(self.item_ids)) + self.items
        pairs, inverse = np.unique(keys, return_inverse=True)
        summed = np.bincount(inverse, self.weights, len(pairs)).astype(np.float64)
        strengths = strength(summed)
        kept = strengths > 0
        if not kept.any():
            raise BadInput("training: no interaction speaks for an item. 没有可用于训练的数据。")
        users, items = np.divmod(pairs[kept], len(self.item_ids))
        return users, items, strengths[kept]


def strength(weights: NDArray[np.floating]) -> Floats:
    """What a sum of weights counts for: 1 for 1, twice that for 3; the same below nothing, with its sign."""
    counted: Floats = (np.sign(weights) * np.log2(1 + np.abs(weights))).astype(np.float32)
    return counted


def _in_range(name: str, numbers: Integers, end: int) -> None:
    if numbers.min() < 0 or numbers.max() >= end:
        raise BadInput(f"training: {name} holds a number outside 0 to {end - 1}")
