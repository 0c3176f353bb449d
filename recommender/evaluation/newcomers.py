"""Citizens who come after training, on MovieLens-100k: by the first half of their history."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.metrics import Measured, mean_of, measure
from recommender.evaluation.movielens import OURS, K
from recommender.evaluation.movielens_data import MovieLens
from recommender.evaluation.splitting import first_half, newest
from recommender.evaluation.telling import ahead, row
from recommender.model.histories import by_citizen
from recommender.model.interactions import Interactions
from recommender.model.parameters import Parameters
from recommender.model.scoring import Model
from recommender.model.training import train

SHARE = 0.2
SEEDS = (1, 101, 201, 301, 401)
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Who was there before, and (m, n) what is known of each newcomer and what they did later."""

    others: Interactions
    known: NDArray[np.bool_]
    wanted: NDArray[np.bool_]

    def measured(self, scores: NDArray[np.floating]) -> Measured:
        """How well scores find what they did later."""
        return measure(scores, self.wanted, self.known, K)


def divided(data: MovieLens, share: float = SHARE) -> Newcomers:
    """The protocol's rows; the newest are those whose first rating came last."""
    came = newest(data.users, data.times, share)
    new = np.isin(data.users, came)
    early = first_half(data.users, data.times)
    films = int(data.items.max()) + 1
    old, numbers = np.unique(data.users[~new], return_inverse=True)
    ones = np.ones(len(numbers), np.float32)
    others = Interactions(numbers, data.items[~new], ones, len(old), np.arange(films))

    def table(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        found = np.zeros((len(came), films), np.bool_)
        found[np.searchsorted(came, data.users[rows]), data.items[rows]] = True
        return found

    return Newcomers(others, table(new & early), table(new & ~early))


def newcomers(
    data: MovieLens, parameters: Parameters, on_progress: OnProgress | None = None
) -> dict[str, Any]:
    """Trains on all others, then ranks for each newcomer without any refit.

    Returns: `rows` of popularity and ours, the mean over the seeds; milliseconds of one newcomer, from the
        list of what was seen to ten films; how far ours is ahead.
    """
    given = divided(data)
    popular = np.bincount(given.others.items, minlength=given.known.shape[1]).astype(np.float64)
    base = given.measured(np.tile(popular, (len(given.known), 1)))
    people, films = np.nonzero(given.known)
    told = by_citizen(people, films, np.ones(len(people), np.float32), len(given.known))
    found: list[Measured] = []
    times: list[float] = []
    for done, seed in enumerate(SEEDS):
        if on_progress:
            on_progress(done, len(SEEDS))
        model = train(given.others, parameters=replace(parameters, seed=seed))
        found.append(given.measured(model.batch(told)))
        times.extend(_timed(model, given.known))
    mine = mean_of(found)
    deviation = float(np.std([one.precision.mean() for one in found], ddof=1))
    p50, p95 = np.percentile(times, [50, 95])
    return {
        "k": K,
        "newcomers": len(given.known),
        "seeds": list(SEEDS),
        "rows": [row("popularity", base), row(OURS, mine)],
        "precision_deviation_of_seeds": round(deviation, 4),
        "ahead_on_precision": {"popularity": ahead(mine.precision, base.precision)},
        "ms_each": {"p50": round(float(p50), 3), "p95": round(float(p95), 3)},
        "parameters": {OURS: parameters.as_json()},
    }


def _timed(model: Model, known: NDArray[np.bool_]) -> list[float]:
    """Milliseconds of each newcomer."""
    times = []
    for row_of_one in known:
        history = [(int(film), 1.0) for film in np.flatnonzero(row_of_one)]
        begun = time.perf_counter()
        model.top(model.histories([history]), K)
        times.append((time.perf_counter() - begun) * 1000)
    return times
