"""What a training learns from, in numbers: nobody's id is in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.catalogue.rules import Scalar

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LearnedItems:
    """Every published item that behaviour may be learned of: no sensitive one.

    Attributes:
        ids: (n,) of the catalogue.
        external_ids, features: Of each, in that order.
    """

    ids: Integers
    external_ids: tuple[str, ...]
    features: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """One row an interaction.

    Attributes:
        users: (rows,) numbers of citizens, from 0.
        items: (rows,) places in `catalogue`.
        weights: (rows,) how much each says; negative for what was rated badly.
        facts: Of each citizen, by number; those without interactions in these rows as well.
    """

    users: Integers
    items: Integers
    weights: Floats
    facts: Sequence[Mapping[str, Scalar]]
    catalogue: LearnedItems

    @property
    def citizens(self) -> int:
        """How many numbers of citizens there are."""
        return len(self.facts)
