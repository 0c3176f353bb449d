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
        squares, axes = np.linalg.eigh(wide.T @ wide / max(1, len(rows)))
        # The length of a vector times this is the deviation of its scores.
        self._spread: Floats = (axes * np.sqrt(np.maximum(squares, 0))).astype(np.float32)

    def scales(self, vectors: Floats) -> Floats:
        """(m,) what brings each citizen's scores to the deviation 1; 0 where they do not differ."""
        spread = vectors @ self._spread
        deviations = np.sqrt(np.einsum("ij,ij->i", spread, spread))
        deviations[deviations < np.float32(1e-9)] = np.inf
        scales: Floats = np.float32(1) / deviations
        return scales
