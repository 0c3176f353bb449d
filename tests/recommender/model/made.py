"""Small made data: two tastes, each with its own half of the items."""

from __future__ import annotations

import numpy as np

from recommender.model.features import Features
from recommender.model.interactions import Interactions
from recommender.model.parameters import Parameters
from recommender.model.scoring import Model
from recommender.model.training import train

ITEMS = 12
# Items 0 to 5 are of one taste, 6 to 10 of the other; nobody has used the last, which is tagged as the first.
UNUSED = ITEMS - 1
CITIZENS = 40
QUICK = Parameters(components=8, epochs=15, learning_rate=0.05, seeds=2, ease_penalty=5.0)


def item_id(place: int) -> int:
    """Ids are not places."""
    return 100 + 7 * place


def interactions(seed: int = 0) -> Interactions:
    """Everybody likes some items of one half."""
    chance = np.random.default_rng(seed)
    users, items = [], []
    for citizen in range(CITIZENS):
        half = range(6) if citizen % 2 == 0 else range(6, UNUSED)
        for item in chance.permutation(np.array(half))[:4]:
            users.append(citizen)
            items.append(int(item))
    weights = np.ones(len(users), np.float32)
    ids = np.array([item_id(place) for place in range(ITEMS)])
    return Interactions(np.array(users), np.array(items), weights, CITIZENS, ids)


def tags() -> Features:
    """The half an item belongs to, and the unused one to the first."""
    halves = ["first" if place < 6 or place == UNUSED else "second" for place in range(ITEMS)]
    return Features.of([{f"half={half}": 1.0} for half in halves])


def model() -> Model:
    """Trained on all that."""
    people: list[dict[str, float]] = [{f"even={citizen % 2 == 0}": 1.0} for citizen in range(CITIZENS)]
    return train(interactions(), tags(), Features.of(people), QUICK, version="made")
