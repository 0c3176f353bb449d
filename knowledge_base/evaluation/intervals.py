"""95 % intervals: Wilson's for shares of questions, a bootstrap over the questions for other means. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Interval = tuple[float, float]
# Standard normal deviate that leaves 2.5 % on either side.
_Z = 1.959964
_DRAWS, _SEED = 2000, 1


def wilson(hits: int, n: int) -> Interval | None:
    """Interval of a share of `hits` in `n`; none of no question."""
    if not n:
        return None
    share = hits / n
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    middle, scale = share + _Z**2 / (2 * n), 1 + _Z**2 / n
    return (
        round(max(0.0, (middle - spread) / scale), 4),
        round(min(1.0, (middle + spread) / scale), 4),
    )


def bootstrap(values: Sequence[float]) -> Interval | None:
    """Interval of a mean: percentiles over questions drawn anew; the same for the same values."""
    if not values:
        return None
    draws = np.random.default_rng(_SEED).integers(len(values), size=(_DRAWS, len(values)))
    low, high = np.percentile(np.asarray(values)[draws].mean(axis=1), (2.5, 97.5))
    return round(float(low), 4), round(float(high), 4)
