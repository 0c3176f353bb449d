"""How sure a mean over citizens is, and a difference measured on the same ones. Pure, seeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput

DRAWS = 2000
LEVEL = 0.95
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the bounds that hold it in `LEVEL` of the draws."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Rounded to four digits."""
        return {name: round(getattr(self, name), 4) for name in ("value", "low", "high")}


class Resampling:
    """The same bootstrap draws of citizens for every figure, so that differences are paired.

    Args:
        citizens: How many there are.

    Raises:
        BadInput: There are none.
    """

    def __init__(self, citizens: int, seed: int = 1, draws: int = DRAWS) -> None:
        if citizens < 1:
            raise BadInput("resampling: there is nobody to draw from")
        rng = np.random.default_rng(seed)
        chances = np.full(citizens, 1 / citizens)
        self._times = rng.multinomial(citizens, chances, size=draws)

    def mean(self, values: Values) -> Interval:
        """(citizens,) values."""
        return _interval(float(values.mean()), self._times @ values / len(values))

    def coverage(self, ours: NDArray[np.bool_], others: NDArray[np.bool_], of: int) -> Interval:
        """Difference in the share of `of` items that anybody is offered.

        Args:
            ours, others: (citizens, items), what each is offered.
        """
        value = (float(ours.any(axis=0).sum()) - float(others.any(axis=0).sum())) / of
        drawn = (self._times > 0).astype(np.float32)
        counts = [(drawn @ one.astype(np.float32) > 0).sum(axis=1) for one in (ours, others)]
        return _interval(value, (counts[0] - counts[1]) / of)


def interval(values: Values) -> Interval:
    """Of the mean of one figure of each citizen; give differences for a paired comparison.

    Raises:
        BadInput: There are no values.
    """
    return Resampling(len(values)).mean(values)


def _interval(value: float, draws: Values) -> Interval:
    low, high = np.quantile(draws, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Interval(value, float(low), float(high))
