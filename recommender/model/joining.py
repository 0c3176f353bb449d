"""Several LightFM models as one of few dimensions: their scores added up, as near as that can be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.model.arrays import Floats
from recommender.model.factors import Factors

_SAMPLE = 20_000
# Of the mean square of a dimension, so that one which nobody uses can be divided by.
_LEAST = 1e-6


def joined(found: Sequence[Factors], cells: sparse.csr_array, prior: float, rank: int) -> Factors:
    """One set of factors whose scores are the sum of all, projected to the `rank` directions that tell most.

    What the models agree on lies in few directions, what each has by chance in many: serving costs as much
    as a single model then.
    """
    whole = Factors(
        vectors=_beside([one.vectors for one in found]),
        biases=np.sum([one.biases for one in found], axis=0, dtype=np.float32),
        folded=_beside([one.folded for one in found]),
        prior=np.concatenate([one.prior for one in found]),
        base=np.concatenate([one.base for one in found]),
        fact_vectors=_beside([one.fact_vectors for one in found]),
    )
    if rank >= whole.vectors.shape[1]:
        return whole
    to_items, to_citizens = _projections(whole, _citizens(whole, cells, prior), rank)
    return Factors(
        vectors=whole.vectors @ to_items,
        biases=whole.biases,
        folded=whole.folded @ to_citizens,
        prior=whole.prior @ to_citizens,
        base=whole.base @ to_citizens,
        fact_vectors=whole.fact_vectors @ to_citizens,
    )


def _citizens(whole: Factors, cells: sparse.csr_array, prior: float) -> Floats:
    """(c, d) vectors of some who were trained on."""
    active = np.flatnonzero(np.diff(cells.indptr))
    some = cells[active[:: max(1, len(active) // _SAMPLE)]]
    strengths = np.asarray(some.sum(axis=1), np.float32).ravel()[:, None]
    vectors: Floats = (some @ whole.folded + prior * whole.prior) / (strengths + prior) + whole.base
    return vectors


def _projections(whole: Factors, citizens: Floats, rank: int) -> tuple[Floats, Floats]:
    """(d, rank) for items and for citizens: the best approximation of citizens' scores of that rank."""
    used = citizens.T.astype(np.float64) @ citizens / len(citizens)
    used += np.eye(len(used)) * _LEAST * np.trace(used) / len(used)
    root = np.linalg.cholesky(used)
    centred = (whole.vectors - whole.vectors.mean(axis=0)).astype(np.float64)
    # Eigenvectors come in ascending order.
    directions = np.linalg.eigh(root.T @ (centred.T @ centred) @ root)[1][:, -rank:]
    to_citizens: NDArray[np.float64] = np.linalg.solve(root.T, directions)
    return (root @ directions).astype(np.float32), to_citizens.astype(np.float32)


def _beside(blocks: Sequence[Floats]) -> Floats:
    beside: Floats = np.ascontiguousarray(np.concatenate(blocks, axis=1))
    return beside
