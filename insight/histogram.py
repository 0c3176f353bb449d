"""Times as a histogram whose buckets grow by a fifth: any share is told from few numbers. Pure.

Bucket 0 holds what took at most a millisecond; bucket n holds what took more than `2 ** ((n - 1) / 4)` and at
most `2 ** (n / 4)` milliseconds; the last one holds all that took longer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

PER_DOUBLING: Final = 4
# Over four minutes: longer than any deadline.
LAST: Final = 72


def bucket_of(spent_ms: float) -> int:
    """The bucket of a time in milliseconds."""
    if not spent_ms > 1.0:
        return 0
    return min(LAST, math.ceil(math.log2(spent_ms) * PER_DOUBLING)) if math.isfinite(spent_ms) else LAST


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Milliseconds that so large a share of all times stays within, off by less than a fifth.

    Args:
        counts: Times by bucket.
        share: Above 0, at most 1.

    Returns: None where there are no times.
    """
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted, seen = share * total, 0
    for bucket in sorted(counts):
        if counts[bucket] and seen + counts[bucket] >= wanted:
            low, high = _bounds(bucket)
            return low + (high - low) * (wanted - seen) / counts[bucket]
        seen += counts[bucket]
    return _bounds(max(counts))[1]


def _bounds(bucket: int) -> tuple[float, float]:
    high = 2.0 ** (bucket / PER_DOUBLING)
    return (2.0 ** ((bucket - 1) / PER_DOUBLING) if bucket else 0.0), high
