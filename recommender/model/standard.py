"""Scores that are linear in a citizen's vector, standardised without being looked at: serving's fast way."""

from __future__ import annotations

import numpy as np

from recommender.model.arrays import Floats


class Standard:
    """Of (n, q) rows of items: for a vector u the scores are u · row, with mean 0 and known deviation.

    Attributes:
        centred: (n, q) rows whose scores have the mean 0.
    """

    def __init__(self, rows: Floats) -> None:
        self.centred: Floats = rows - rows.mean(axis=0)
        wide = self.centred.astype(np.float64)
        self._spread = wide.T @ wide / max(1, len(rows))

    def scales(self, vectors: Floats) -> Floats:
        """(m,) what brings each citizen's scores to the deviation 1; 0 where they do not differ."""
        wide = vectors.astype(np.float64)
        deviations = np.sqrt(np.maximum(np.einsum("ij,ij->i", wide @ self._spread, wide), 0))
        deviations[deviations < 1e-9] = np.inf
        scales: Floats = (1 / deviations).astype(np.float32)
        return scales
