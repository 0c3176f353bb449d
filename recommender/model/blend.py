"""How the parts of a model become one score: each standardised for its citizen, then weighted. Pure."""

from __future__ import annotations

import numpy as np

from recommender.model.arrays import Floats


def standardise(scores: Floats) -> Floats:
    """Each row of (m, n) with mean 0 and deviation 1, in place; a row of equal numbers becomes zeros."""
    scores -= scores.mean(axis=1, keepdims=True, dtype=np.float32)
    deviations = np.sqrt(np.einsum("ij,ij->i", scores, scores) / np.float32(scores.shape[1]))
    deviations[deviations < np.float32(1e-12)] = np.inf
    scores /= deviations[:, None]
    return scores


def known(amounts: Floats, half: float) -> Floats:
    """Share of what is learned from others' behaviour: 0 at nothing known, a half at `half`, towards 1."""
    if half <= 0:
        return (amounts > 0).astype(np.float32)
    share: Floats = (amounts / (amounts + np.float32(half))).astype(np.float32)
    return share
