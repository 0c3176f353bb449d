"""Measured figures as they are printed and kept: rounded, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.metrics import Measured, interval


def row(name: str, found: Measured) -> dict[str, Any]:
    """One method's line of a table."""
    means = {measure: round(value, 4) for measure, value in found.means().items()}
    intervals = {measure: _rounded(value) for measure, value in found.intervals().items()}
    return {"name": name, **means, "intervals": intervals}


def ahead(ours: NDArray[np.float64], other: NDArray[np.float64]) -> dict[str, Any]:
    """How far one is ahead of another, citizen by citizen; for certain where the interval is above zero."""
    difference = ours - other
    return {"mean": round(float(difference.mean()), 4), "interval": _rounded(interval(difference))}


def _rounded(bounds: tuple[float, float]) -> tuple[float, float]:
    return round(bounds[0], 4), round(bounds[1], 4)
