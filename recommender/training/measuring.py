"""How good a ranking is for citizens it was tried on, one figure each, and how sure a mean is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.ports import Ranker
from recommender.training.holdout import Trial
from recommender.training.learned import Floats, Learned

K: Final = 5
_SURE: Final = 1.96
_DISCOUNTS: Final = 1 / np.log2(np.arange(K) + 2)


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over citizens with its interval of 95 %."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> Interval:
        """By the normal approximation; one citizen alone says nothing, so that its interval is everything."""
        mean = float(values.mean())
        if len(values) < 2:
            return cls(mean, -1.0, 1.0)
        half = _SURE * float(values.std(ddof=1)) / len(values) ** 0.5
        return cls(mean, mean - half, mean + half)

    def as_json(self) -> dict[str, float]:
        """Rounded."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


Scorer = Callable[[Trial], tuple[NDArray[np.int64], NDArray[np.float32]]]


def by_model(ranker: Ranker) -> Scorer:
    """Ids and scores as a model has them."""
    return lambda trial: (ranker.item_ids, ranker.scores(trial.history, trial.facts))


def by_popularity(learned: Learned) -> Scorer:
    """The same for everybody: distinct citizens of each item."""
    pairs = np.unique(np.stack([learned.users, learned.items]), axis=1)
    counts = np.bincount(pairs[1], minlength=len(learned.catalogue.ids)).astype(np.float32)
    return lambda _: (learned.catalogue.ids, counts)


def ndcg(scorer: Scorer, trials: Sequence[Trial], check: Callable[[], None]) -> Floats:
    """nDCG@5 of each citizen; of equal scores those that were not wanted come first."""
    found = np.zeros(len(trials))
    for row, trial in enumerate(trials):
        check()
        ids, scores = scorer(trial)
        fresh = ~np.isin(ids, list(trial.seen))
        gain = np.isin(ids[fresh], list(trial.wanted))
        order = np.lexsort((gain, -scores[fresh]))[:K]
        ideal = _DISCOUNTS[: min(K, len(trial.wanted))].sum()
        found[row] = (gain[order] * _DISCOUNTS[: len(order)]).sum() / ideal
    return found


def told(values: Floats) -> dict[str, Any]:
    """As a card has it."""
    return {**Interval.of(values).as_json(), "citizens": len(values)}
