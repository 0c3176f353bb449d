"""How good a ranking is for citizens it was tried on, and how sure a mean over them is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.metrics import Measured, measure
from recommender.evaluation.resampling import Interval, interval
from recommender.ports import Ranker
from recommender.training.holdout import Trial
from recommender.training.learned import Floats, Integers, Learned

# As many as are offered at a time.
K: Final = 5
# Scores of the catalogue's items for one citizen.
Scorer = Callable[[Trial], NDArray[np.floating]]


def by_model(ranker: Ranker, ids: Integers) -> Scorer:
    """As a model has them; an item that it does not know comes after all that it knows."""
    order = np.argsort(ids)
    known = np.isin(ranker.item_ids, ids)
    columns = order[np.searchsorted(ids[order], ranker.item_ids[known])]

    def scores(trial: Trial) -> NDArray[np.floating]:
        found = np.full(len(ids), -np.inf)
        found[columns] = ranker.scores(trial.history, trial.facts)[known]
        return found

    return scores


def by_popularity(learned: Learned) -> Scorer:
    """The same for everybody: distinct citizens of each item."""
    pairs = np.unique(np.stack([learned.users, learned.items]), axis=1)
    counts = np.bincount(pairs[1], minlength=len(learned.catalogue.ids)).astype(np.float64)
    return lambda _: counts


def measured(scorer: Scorer, trials: Sequence[Trial], ids: Integers, check: Callable[[], None]) -> Measured:
    """Figures of each citizen among the best five, in the order of the trials."""
    scores = np.zeros((len(trials), len(ids)))
    wanted, seen = (np.zeros(scores.shape, bool) for _ in range(2))
    for row, trial in enumerate(trials):
        check()
        scores[row] = scorer(trial)
        wanted[row] = np.isin(ids, list(trial.wanted))
        seen[row] = np.isin(ids, list(trial.seen))
    return measure(scores, wanted, seen, K)


def told(values: Floats) -> dict[str, float]:
    """The mean of one figure of each citizen, as a card has it."""
    return {**as_mean(interval(values)), "citizens": len(values)}


def as_mean(found: Interval) -> dict[str, float]:
    """A mean and its interval, as a card has them."""
    rounded = found.as_json()
    return {"mean": rounded.pop("value"), **rounded}
