"""The best few of many scores, without sorting them all. Pure."""

from __future__ import annotations

import numpy as np

from recommender.model.arrays import Floats, Integers

_DEPTH = 8


def top_k(scores: Floats, k: int) -> tuple[Integers, Floats]:
    """Places and scores of the `k` best of each row of (m, n), the best first; of equals the first ones.

    What is minus infinity is never chosen: its place is -1. With fewer than `k` columns there are fewer.
    """
    rows, columns = scores.shape
    k = min(k, columns)
    if k <= 0 or rows == 0:
        return np.empty((rows, 0), np.int64), np.empty((rows, 0), np.float32)
    # At least k scores of a row reach this, mostly not many more: only those are sorted.
    owners, places = np.divmod(np.flatnonzero(scores >= _reached(scores, k)[:, None]), columns)
    found = scores[owners, places]
    # Sorting keeps the order of equals: the smaller place is there first.
    order = np.lexsort((-found, owners))
    starts = np.searchsorted(owners, np.arange(rows))
    best = order[starts[:, None] + np.arange(k)]
    places, found = places[best], found[best]
    return np.where(np.isneginf(found), -1, places), found


def _reached(scores: Floats, k: int) -> Floats:
    """(m,) a score that at least `k` of each row reach: the k-th best of the best of groups of columns."""
    rows, columns = scores.shape
    wide = columns // _DEPTH
    if wide < k:
        least: Floats = np.partition(scores, columns - k, axis=1)[:, columns - k]
        return least
    groups = scores[:, : wide * _DEPTH].reshape(rows, _DEPTH, wide).max(axis=1)
    reached: Floats = np.partition(groups, wide - k, axis=1)[:, wide - k]
    return reached
