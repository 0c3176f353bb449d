"""Groups of items whose texts are alike: from vectors of an embedding model, or from words alone. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_BUCKETS: Final = 2048
_MOST_CLUSTERS: Final = 64
_ROUNDS: Final = 20


def word_vectors(texts: Sequence[str]) -> Vectors:
    """(n, 2048) unit rows: pairs of neighbouring characters, the rarer the heavier; no model is needed."""
    counts = np.zeros((len(texts), _BUCKETS), np.float32)
    for row, text in enumerate(texts):
        for pair in {text[at : at + 2] for at in range(len(text) - 1)}:
            counts[row, _bucket(pair)] += 1
    rarity = np.log((1 + len(texts)) / (1 + (counts > 0).sum(axis=0))) + 1
    return _unit(counts * rarity.astype(np.float32))


def clusters(vectors: Vectors, seed: int) -> NDArray[np.int64]:
    """(n,) numbers of clusters by k-means on (n, d) vectors; the same each time. About the root of n / 2."""
    n = len(vectors)
    if n == 0:
        return np.zeros(0, np.int64)
    rows = _unit(vectors)
    centres = _spread(rows, max(1, min(_MOST_CLUSTERS, round((n / 2) ** 0.5))), seed)
    labels = np.zeros(n, np.int64)
    for _ in range(_ROUNDS):
        nearest = (rows @ centres.T).argmax(axis=1).astype(np.int64)
        if (nearest == labels).all():
            break
        labels = nearest
        for one in np.unique(labels):
            centres[one] = rows[labels == one].mean(axis=0)
        centres = _unit(centres)
    return labels


def _spread(rows: Vectors, k: int, seed: int) -> Vectors:
    """First centres: each the row that is least like those chosen before."""
    chosen = [int(np.random.default_rng(seed).integers(len(rows)))]
    likeness = rows @ rows[chosen[0]]
    while len(chosen) < k:
        chosen.append(int(likeness.argmin()))
        likeness = np.maximum(likeness, rows @ rows[chosen[-1]])
    centres: Vectors = rows[chosen].copy()
    return centres


def _bucket(pair: str) -> int:
    # Python's own hash differs from process to process.
    return int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=4).digest(), "big") % _BUCKETS


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit
