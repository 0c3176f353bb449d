"""One rule evaluated for many citizens at once, as `core.catalogue.rules` does it for one. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.catalogue.rules import Group, Leaf, Rule, Scalar, evaluate
from recommender.eligible_matrix import TRUTH, Truths

_UNTOLD = (False, None)


class Audience:
    """The facts of many citizens, by fact: each different value of a fact is compared once.

    Args:
        facts: What each citizen told, in an order that the results keep.
    """

    def __init__(self, facts: Sequence[Mapping[str, Scalar]]) -> None:
        self._facts = facts
        self._columns: dict[str, tuple[list[Scalar | None], NDArray[np.int64]]] = {}

    def truths(self, rule: Rule) -> Truths:
        """(n,) int8 over the citizens: 1 eligible, 0 unknown, -1 not eligible."""
        if isinstance(rule, Leaf):
            values, places = self._column(rule.fact)
            compared = [TRUTH[evaluate(rule, {rule.fact: value}).verdict] for value in values]
            return np.array(compared, dtype=np.int8)[places]
        return self._combined(rule)

    def _combined(self, rule: Group) -> Truths:
        truths = [self.truths(part) for part in rule.parts]
        if rule.kind == "not":
            return -truths[0]
        combined: Truths = np.minimum.reduce(truths) if rule.kind == "all" else np.maximum.reduce(truths)
        return combined

    def _column(self, fact: str) -> tuple[list[Scalar | None], NDArray[np.int64]]:
        """The different values of a fact, and which of them each citizen has."""
        if fact not in self._columns:
            numbers: dict[tuple[bool, Scalar | None], int] = {_UNTOLD: 0}
            places = np.zeros(len(self._facts), dtype=np.int64)
            for place, told in enumerate(self._facts):
                value = told.get(fact)
                places[place] = numbers.setdefault((isinstance(value, bool), value), len(numbers))
            self._columns[fact] = [value for _, value in numbers], places
        return self._columns[fact]
