"""Likeness of items by their tags and words: tf-idf in few dimensions. Training only."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from recommender.model.arrays import Floats
from recommender.model.features import Features


def content(features: Features, rank: int) -> Floats:
    """(n, r) unit rows, r at most `rank`; a row of zeros for an item of which nothing is known."""
    if not features.names or rank <= 0:
        return np.zeros((features.count, 0), np.float32)
    rows = _tf_idf(features)
    if rows.shape[1] <= rank:
        return _unit(rows.toarray())
    few = min(rank, min(rows.shape) - 1)
    if few < 1:
        return _unit(rows.toarray()[:, :rank])
    start = np.random.default_rng(0).normal(size=min(rows.shape))
    left, strengths, _ = svds(rows, k=few, v0=start)
    return _unit(left * strengths)


def _tf_idf(features: Features) -> sparse.csr_array:
    counts = np.bincount(features.columns, minlength=len(features.names))
    rarity = np.log((1 + features.count) / (1 + counts)) + 1
    values = features.values.astype(np.float64) * rarity[features.columns]
    shape = (features.count, len(features.names))
    return sparse.csr_array((values, (features.rows, features.columns)), shape=shape)


def _unit(rows: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths < 1e-9] = 1
    unit: Floats = (rows / lengths).astype(np.float32)
    return unit
