"""Items that come after training, on MovieLens-100k: a fifth of the films, by genres and titles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation.metrics import Measured, mean_of, measure
from recommender.evaluation.movielens import OURS, K
from recommender.evaluation.movielens_data import MovieLens
from recommender.evaluation.splitting import held_back
from recommender.evaluation.telling import ahead, row
from recommender.model.histories import Histories, by_citizen
from recommender.model.interactions import Interactions
from recommender.model.parameters import Parameters
from recommender.model.scoring import Model
from recommender.model.training import train

SHARE, SEED = 0.2, 42
SEEDS = (1, 101, 201)
ALONE = {"lightfm": (1.0, 0.0, 0.0), "content": (0.0, 0.0, 1.0)}
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ColdItems:
    """What is learned from, each citizen's history in it, and (m, c) who did what with the c cold items."""

    warm: Interactions
    told: Histories
    cold: NDArray[np.int64]
    wanted: NDArray[np.bool_]

    def measured(self, scores: NDArray[np.floating]) -> Measured:
        """How well (m, n) scores rank the cold items among themselves."""
        nothing = np.zeros_like(self.wanted)
        return measure(scores[:, self.cold], self.wanted, nothing, K)


def divided(data: MovieLens, seed: int = SEED) -> ColdItems:
    """The protocol's rows: every rating of the films held back is taken out of training."""
    people, films = int(data.users.max()) + 1, int(data.items.max()) + 1
    cold = held_back(films, SHARE, seed)
    out = np.isin(data.items, cold)
    ones = np.ones(int((~out).sum()), np.float32)
    warm = Interactions(data.users[~out], data.items[~out], ones, people, np.arange(films))
    wanted = np.zeros((people, len(cold)), np.bool_)
    wanted[data.users[out], np.searchsorted(cold, data.items[out])] = True
    return ColdItems(warm, by_citizen(*warm.cells(), people), cold, wanted)


def cold_items(
    data: MovieLens, parameters: Parameters, on_progress: OnProgress | None = None
) -> dict[str, Any]:
    """Trains without the cold items and ranks them for everybody.

    LightFM alone and content alone are parts of the same trainings.

    Returns: `rows` of chance, content, LightFM and ours, the mean over three seeds; how far ours is ahead of
        each, citizen by citizen.
    """
    given = divided(data)
    found: dict[str, list[Measured]] = {name: [] for name in (*ALONE, OURS)}
    for done, seed in enumerate(SEEDS):
        if on_progress:
            on_progress(done, len(SEEDS))
        model = train(given.warm, data.film_features(), parameters=replace(parameters, seed=seed))
        for name, ranker in {**{one: alone(model, one) for one in ALONE}, OURS: model}.items():
            found[name].append(given.measured(ranker.batch(given.told)))
    means = {"chance": _chance(given), **{name: mean_of(each) for name, each in found.items()}}
    mine = means[OURS]
    return {
        "k": K,
        "cold": len(given.cold),
        "citizens": len(mine.citizens),
        "seeds": list(SEEDS),
        "rows": [row(name, one) for name, one in means.items()],
        "ahead_on_ndcg": {name: ahead(mine.ndcg, one.ndcg) for name, one in means.items() if name != OURS},
        "parameters": {OURS: parameters.as_json()},
    }


def alone(model: Model, part: str) -> Model:
    """The same model with one part of its blend only."""
    lightfm, ease, content = ALONE[part]
    weights = replace(model.card.parameters, lightfm=lightfm, ease=ease, content=content)
    return Model(model.parts, replace(model.card, parameters=weights))


def _chance(given: ColdItems) -> Measured:
    scores = np.random.default_rng(SEED).random((len(given.wanted), len(given.warm.item_ids)))
    return given.measured(scores)
