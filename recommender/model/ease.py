"""Item-to-item weights in closed form (EASE): what a history's items say for every other one. Training only.

Source: H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.model.arrays import Floats, Integers
from recommender.model.blend import known
from recommender.model.errors import TrainingFailed
from recommender.model.parameters import Parameters

# What so many citizens have used lends to others; what hardly anybody has used borrows nothing any more.
_LENDS, _ENOUGH = 5, 0.9


def places(citizens: Floats, most: int) -> Integers:
    """Which items have a place in the matrix: those that somebody did something with, the most popular first.

    Its size is the square of their number, and the time of inverting it the cube.
    """
    order = np.argsort(-citizens, kind="stable")[:most]
    kept: Integers = np.sort(order[citizens[order] > 0]).astype(np.int64)
    return kept


def weights(cells: sparse.csr_array, penalty: float) -> Floats:
    """(e, e) from citizens × items; its diagonal is zero, so that nothing speaks for itself.

    Raises:
        TrainingFailed: The matrix cannot be inverted; a larger penalty helps.
    """
    gram = (cells.T @ cells).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += penalty
    try:
        inverse = np.linalg.inv(gram)
    except np.linalg.LinAlgError as error:
        raise TrainingFailed("EASE: the matrix cannot be inverted, ease_penalty is too small") from error
    found = inverse / -np.diag(inverse)
    np.fill_diagonal(found, 0)
    if not np.isfinite(found).all():
        raise TrainingFailed("EASE came to no finite numbers, ease_penalty is too small")
    solved: Floats = found.astype(np.float32)
    return solved


def spread(own: Floats, kept: Integers, citizens: Floats, content: Floats, parameters: Parameters) -> Floats:
    """(e, n) weights: an item's own, and those of items alike while few have used it.

    Args:
        own: (e, e) of `weights`, of the items at the places `kept`.
        citizens, content: Of all n items, as in `Parts`.
    """
    whole = np.zeros((len(kept), len(citizens)), np.float32)
    whole[:, kept] = own
    lending = kept[citizens[kept] >= _LENDS]
    share = known(citizens, parameters.item_half)
    share[np.setdiff1d(np.arange(len(citizens)), kept)] = 0
    borrowing = np.flatnonzero(share < _ENOUGH)
    if content.shape[1] and len(lending) and len(borrowing):
        lent, some = _neighbours(content, borrowing, lending, parameters.neighbours)
        borrowing, lent = borrowing[some], lent[some]
        part = share[borrowing]
        whole[:, borrowing] = part * whole[:, borrowing] + (1 - part) * (lent @ whole[:, lending].T).T
    return whole


def kept_of(rows: Floats, citizens: Floats, parameters: Parameters) -> dict[str, Any]:
    """What of (e, n) weights is kept, by the names of `Parts`; every row is less its median.

    Nearly all weights of a row are about the same: what tells one item from another is in a few of them, the
    furthest from the median. For an item that borrows they are small, and still tell it from others that do.
    """
    borrows = known(citizens, parameters.item_half) < _ENOUGH
    owners, borrowers = np.flatnonzero(~borrows), np.flatnonzero(borrows)
    count = min(parameters.ease_kept, len(owners))
    weights, columns = np.empty((len(rows), count), np.float32), np.empty((len(rows), count), np.int64)
    borrowed = np.empty((len(rows), len(borrowers)), np.float32)
    # Row by row: copies of a large matrix would need several times its memory.
    for number, row in enumerate(rows):
        apart = row - np.median(row)
        best = np.argpartition(-np.abs(apart[owners]), count - 1)[:count] if count else owners
        columns[number] = np.sort(owners[best])
        weights[number] = apart[columns[number]]
        borrowed[number] = apart[borrowers]
    return {
        "ease_weights": weights,
        "ease_columns": columns,
        "ease_borrowed": borrowed,
        "ease_borrowers": borrowers.astype(np.int64),
    }


def _neighbours(
    content: Floats, borrowing: Integers, lending: Integers, most: int
) -> tuple[sparse.csr_array, NDArray[np.bool_]]:
    """(b, l) shares of the most alike, adding up to 1, and (b,) whether there is any."""
    alike = np.maximum(content[borrowing] @ content[lending].T, 0)
    alike[borrowing[:, None] == lending[None, :]] = 0
    if most < len(lending):
        least = np.partition(alike, len(lending) - most, axis=1)[:, len(lending) - most]
        alike[alike < least[:, None]] = 0
    sums = alike.sum(axis=1, keepdims=True)
    some = sums[:, 0] > 0
    alike /= np.maximum(sums, 1e-9)
    return sparse.csr_array(alike.astype(np.float32)), some
