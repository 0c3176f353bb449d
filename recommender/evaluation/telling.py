"""Measured figures as they are printed and kept: rounded, with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.metrics import Measured
from recommender.evaluation.resampling import Interval, interval


def row(name: str, found: Measured) -> dict[str, Any]:
    """One method's line of a table."""
    means = {measure: round(value, 4) for measure, value in found.means().items()}
    intervals = {measure: _rounded(value) for measure, value in found.intervals().items()}
    return {"name": name, **means, "intervals": intervals}


def ahead(ours: NDArray[np.float64], other: NDArray[np.float64]) -> dict[str, Any]:
    """How far one is ahead of another, citizen by citizen; for certain where the interval is above zero."""
    difference = interval(ours - other)
    return {"mean": round(difference.value, 4), "interval": _rounded(difference)}


def _rounded(found: Interval) -> tuple[float, float]:
    return round(found.low, 4), round(found.high, 4)
