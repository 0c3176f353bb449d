"""Item-to-item weights in closed form (EASE): what a history's items say for every other one. Training only.

Source: H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from recommender.model.arrays import Floats, Integers
from recommender.model.errors import TrainingFailed


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
