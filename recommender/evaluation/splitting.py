"""How interactions are divided into what is learned from and what is to be found. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def by_item(items: Integers, ratio: float, seed: int) -> NDArray[np.bool_]:
    """Which rows are trained on: of each item's rows the share `ratio`, rounded, drawn with the same seed.

    Semantics of `python_stratified_split(filter_by="item")` of the recommenders library (Microsoft), as it
    was when its tables of MovieLens were made: each group is shuffled by itself.
    """
    kept = np.zeros(len(items), np.bool_)
    order = np.argsort(items, kind="stable")
    ends = np.cumsum(np.bincount(items))
    for rows in np.split(order, ends[:-1]):
        # The generator of numpy's older kind: it is what the tables were drawn with.
        drawn = np.random.RandomState(seed).permutation(len(rows))
        kept[rows[drawn[: round(len(rows) * ratio)]]] = True
    return kept


def newest(users: Integers, times: NDArray[np.float64], share: float) -> Integers:
    """The citizens who came last, by their first interaction, so many that they are `share` of all."""
    first = np.full(users.max() + 1, np.inf)
    np.minimum.at(first, users, times)
    order = np.lexsort((np.arange(len(first)), first))
    return np.sort(order[len(first) - round(len(first) * share) :])


def first_half(users: Integers, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows are of the earlier half of their citizen's history."""
    order = np.lexsort((times, users))
    owners = users[order]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(owners)) + 1])
    counts = np.diff(np.concatenate([starts, [len(owners)]]))
    place = np.arange(len(owners)) - np.repeat(starts, counts)
    early = np.zeros(len(users), np.bool_)
    early[order] = place < np.repeat(counts // 2, counts)
    return early


def held_back(items: int, share: float, seed: int) -> Integers:
    """Numbers of items that are kept out of training altogether."""
    drawn = np.random.default_rng(seed).permutation(items)
    return np.sort(drawn[: round(items * share)])
