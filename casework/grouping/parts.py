"""What is kept of the questions grouped so far: parts, each a sum of points with one example. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from casework.grouping.points import Points

_ROOM = 256


@dataclass(frozen=True, slots=True)
class Part:
    """Questions of a group that are very much alike.

    Attributes:
        count: How many different questions it is of.
        total: Sum of their points, shape (dimension,).
        example: Name of the question that it began with.
        point: That question's point.
        touched: Number of the latest question that came to it; grows over all parts.
    """

    id: int
    group: int
    count: int
    total: Points
    example: str
    point: Points
    touched: int


class Rows:
    """A growing table: one number per row beside its count and the sum of its points."""

    def __init__(self, dimension: int) -> None:
        self.size = 0
        self._totals = np.zeros((_ROOM, dimension), dtype=np.float32)
        self._counts = np.zeros(_ROOM, dtype=np.float32)
        self._ids = np.zeros(_ROOM, dtype=np.int64)
        self.row_of: dict[int, int] = {}

    @property
    def totals(self) -> Points:
        """Sums of points, shape (size, dimension)."""
        return self._totals[: self.size]

    @property
    def counts(self) -> Points:
        """Numbers of questions, shape (size,)."""
        return self._counts[: self.size]

    @property
    def ids(self) -> NDArray[np.int64]:
        """Numbers of the rows, shape (size,)."""
        return self._ids[: self.size]

    def add(self, number: int, total: Points, count: int) -> int:
        """Adds to a row, which is made where there is none; tells which."""
        row = self.row_of.get(number)
        if row is None:
            row = self._new(number)
        self._totals[row] += total
        self._counts[row] += count
        return row

    def _new(self, number: int) -> int:
        if self.size == len(self._ids):
            self._totals = np.vstack([self._totals, np.zeros_like(self._totals)])
            self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)])
            self._ids = np.concatenate([self._ids, np.zeros_like(self._ids)])
        row = self.row_of[number] = self.size
        self._ids[row] = number
        self.size += 1
        return row


def groups_of(parts: Iterable[Part], dimension: int) -> Rows:
    """The groups that parts make, in the order of their first part."""
    rows = Rows(dimension)
    for part in parts:
        rows.add(part.group, part.total, part.count)
    return rows


def titled(parts: Sequence[Part]) -> str:
    """Of one group's parts: the name of the example that is nearest to all of its questions."""
    middle = np.sum([part.total for part in parts], axis=0)
    return max(parts, key=lambda part: (float(part.point @ middle), -part.id)).example
