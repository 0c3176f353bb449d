"""What is known of items and citizens beside their interactions, as named numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.catalogue.rules import Scalar
from core.errors import BadInput
from recommender.model.arrays import Floats, Integers

# Upper ends of bands of ages, months of insurance, numbers of staff and of children alike.
_BANDS = (0, 1, 2, 6, 12, 18, 24, 30, 35, 45, 55, 60, 65, 80, 120, 300)


@dataclass(frozen=True, slots=True)
class Features:
    """A sparse table: `rows[i]` has the feature `names[columns[i]]` with `values[i]`.

    Attributes:
        count: Number of rows, of items or of citizens.
    """

    names: tuple[str, ...]
    rows: Integers
    columns: Integers
    values: Floats
    count: int

    @classmethod
    def of(cls, told: Sequence[Mapping[str, float]]) -> Features:
        """One mapping from name to value for each row.

        Raises:
            BadInput: A value is not finite, or below zero.
        """
        names = tuple(sorted({name for one in told for name in one}))
        place = {name: number for number, name in enumerate(names)}
        entries = [(row, place[name], one[name]) for row, one in enumerate(told) for name in sorted(one)]
        rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
        found = np.array(values, dtype=np.float32)
        if not np.isfinite(found).all() or (found < 0).any():
            raise BadInput("training: a feature's value is not finite, or below zero")
        return cls(names, np.array(rows, np.int64), np.array(columns, np.int64), found, len(told))


def nothing(count: int) -> Features:
    """A table without features."""
    return Features.of([{}] * count)


def fact_features(facts: Mapping[str, Scalar]) -> dict[str, float]:
    """Names of what a citizen told, for training and for serving alike; numbers go into bands."""
    return {_fact_name(name, value): 1.0 for name, value in facts.items()}


def _fact_name(name: str, value: Scalar) -> str:
    if isinstance(value, bool | str):
        return f"{name}={value}"
    return f"{name}={bisect_left(_BANDS, value)}"
