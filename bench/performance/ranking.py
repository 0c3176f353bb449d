"""The recommending model beside LightFM's own `predict`, and a training of a city's size."""

from __future__ import annotations

import multiprocessing
import resource
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.performance.load import milliseconds
from bench.performance.together import Run, citizens_per_s
from core.catalogue.rules import Scalar
from recommender.model import Model
from recommender.model.artefact import load, save
from recommender.model.features import Features, fact_features
from recommender.model.histories import Histories, by_citizen
from recommender.model.interactions import Interactions
from recommender.model.parameters import Parameters
from recommender.model.training import train

ITEMS, TASTES, K, SEED = 3_000, 30, 10, 17
CITIZENS, EACH = 20_000, 10
ASKED = 300
PREDICTED = 2_000
# Of the training that is measured.
MANY = (100_000, 2_000, 1_000_000)
# Scores cost the same however well they were learned.
_QUICK = Parameters(epochs=2, seeds=1)


def ranking() -> dict[str, Any]:
    """Milliseconds of one citizen, citizens a second, a training's time and memory."""
    rows = interactions(CITIZENS, ITEMS, CITIZENS * EACH)
    facts = facts_of(CITIZENS)
    model = train(rows, item_features(ITEMS), user_features(facts), _QUICK)
    told = by_citizen(*rows.cells(), rows.citizens)
    return {
        "items": ITEMS,
        "history": EACH,
        "one": one_citizen(model, told, facts),
        "per_s": {
            "ours": scores_per_s(model, told),
            "ours_with_facts": scores_per_s(model, told, facts),
            "lightfm_predict": predicted_per_s(rows),
        },
        "training": training(),
    }


def interactions(citizens: int, items: int, count: int) -> Interactions:
    """Citizens with a taste each, which draws some items more than others."""
    chance = np.random.default_rng(SEED)
    users = chance.integers(0, citizens, count)
    taste = users % TASTES
    popular = np.minimum(chance.zipf(1.3, count) - 1, items // TASTES - 1)
    strays = chance.random(count) < 0.3
    chosen = np.where(strays, chance.integers(0, items, count), popular * TASTES + taste)
    return Interactions(users, chosen, np.ones(count, np.float32), citizens, np.arange(items))


def item_features(items: int) -> Features:
    """As many names as a service item has: agency, theme, region, cluster, audience, life event."""
    sizes = {"agency": 40, "theme": 60, "region": 6, "cluster": 50, "audience": 2, "life_event": 20}
    chance = np.random.default_rng(SEED)
    drawn = {name: chance.integers(0, size, items) for name, size in sizes.items()}
    return Features.of([{f"{name}={drawn[name][row]}": 1.0 for name in sizes} for row in range(items)])


def facts_of(citizens: int) -> list[Mapping[str, Scalar]]:
    """A third of the citizens tell four facts; the others tell none."""
    chance = np.random.default_rng(SEED)
    ages, children = chance.integers(16, 90, citizens).tolist(), chance.integers(0, 4, citizens).tolist()
    return [
        {"age": age, "children": few, "married": few > 0, "resident": age % 5 > 0} if row % 3 == 0 else {}
        for row, (age, few) in enumerate(zip(ages, children, strict=True))
    ]


def user_features(facts: Sequence[Mapping[str, Scalar]]) -> Features:
    """As the training has them."""
    return Features.of([fact_features(one) for one in facts])


def one_citizen(model: Model, told: Histories, facts: Sequence[Mapping[str, Scalar]]) -> dict[str, float]:
    """Milliseconds from the list of what somebody did and told to ten items."""
    times = []
    for citizen in range(ASKED):
        history = [(int(item), 1.0) for item in told.of(citizen)[0]]
        begun = time.perf_counter()
        model.top(model.histories([history]), K, [facts[citizen]])
        times.append(time.perf_counter() - begun)
    return {"p50_ms": milliseconds(times, 0.5), "p95_ms": milliseconds(times, 0.95)}


def scores_per_s(model: Model, told: Histories, facts: Sequence[Mapping[str, Scalar]] | None = None) -> float:
    """Citizens a second: scores of all items and the ten best."""
    return citizens_per_s(_scoring, save(model), told, facts)


def _scoring(model: bytes, told: Histories, facts: Sequence[Mapping[str, Scalar]] | None) -> Run:
    scoring = load(model)

    def run() -> int:
        scoring.top(told, K, facts)
        return len(told)

    return run


def predicted_per_s(rows: Interactions) -> float:
    """Citizens a second by `LightFM.predict` for each, and the ten best of its scores."""
    return citizens_per_s(_predicting, rows)


def _predicting(rows: Interactions) -> Run:
    from scipy import sparse

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lightfm import LightFM
    model = LightFM(no_components=Parameters().components, loss="warp", random_state=1)
    shape = (rows.citizens, len(rows.item_ids))
    model.fit(sparse.coo_matrix((rows.weights, (rows.users, rows.items)), shape=shape), epochs=1)
    items = np.arange(len(rows.item_ids), dtype=np.int32)

    def run() -> int:
        for citizen in range(PREDICTED):
            np.argpartition(-model.predict(citizen, items), K)[:K]
        return PREDICTED

    return run


def training() -> dict[str, Any]:
    """Seconds and peak memory of a whole training, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_trained, args=(sender,))
    process.start()
    found: dict[str, Any] = receiver.recv()
    process.join()
    return found


def _trained(sender: Any) -> None:
    citizens, items, count = MANY
    rows = interactions(citizens, items, count)
    of_items, of_users = item_features(items), user_features(facts_of(citizens))
    before = _peak_mb()
    begun = time.perf_counter()
    train(rows, of_items, of_users, Parameters(workers=2))
    took = time.perf_counter() - begun
    sizes = {"citizens": citizens, "items": items, "interactions": count}
    sender.send({**sizes, "seconds": round(took, 1), "peak_mb": _peak_mb(), "data_mb": before})


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
