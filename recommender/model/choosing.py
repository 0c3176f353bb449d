"""The best few of many scores, without sorting them all. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.model.arrays import Floats

_BLOCK = 16


def top_k(scores: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """Places and scores of the `k` best of each row of (m, n), the best first; of equals the first ones.

    What is minus infinity is never chosen: its place is -1. With fewer than `k` columns there are fewer.
    """
    rows, columns = scores.shape
    k = min(k, columns)
    if k <= 0 or rows == 0:
        return np.empty((rows, 0), np.int64), np.empty((rows, 0), np.float32)
    places = np.argpartition(scores, columns - k, axis=1)[:, columns - k :]
    found = np.take_along_axis(scores, places, axis=1)
    order = np.lexsort((places, -found), axis=1)
    places = np.take_along_axis(places, order, axis=1).astype(np.int64)
    found = np.take_along_axis(found, order, axis=1)
    places[np.isneginf(found)] = -1
    return places, found
