"""From interactions and features to a model: LightFM, EASE, content, popularity. Training only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from threading import Lock

import numpy as np
from scipy import sparse

from core.errors import BadInput
from recommender.model import ease
from recommender.model.arrays import Integers
from recommender.model.card import Card
from recommender.model.content import content
from recommender.model.errors import TrainingFailed
from recommender.model.factors import Factors, factors
from recommender.model.features import Features, nothing
from recommender.model.interactions import Interactions
from recommender.model.joining import joined
from recommender.model.parameters import Parameters
from recommender.model.parts import Parts
from recommender.model.scoring import Model

OnProgress = Callable[[int, int], None]


def train(
    interactions: Interactions,
    item_features: Features | None = None,
    user_features: Features | None = None,
    parameters: Parameters | None = None,
    on_progress: OnProgress | None = None,
    *,
    version: str | None = None,
) -> Model:
    """Trains a model.

    Args:
        item_features: A row for each of `interactions.item_ids`, in their order.
        user_features: A row for each citizen; names as `fact_features` gives them.
        on_progress: Told how many steps of how many are done.
        version: Else a digest of the data and the parameters, the same for the same.

    Raises:
        BadInput: The features have another number of rows than there are items or citizens, or there is
            nothing to learn from.
        TrainingFailed: LightFM diverged, or EASE cannot be solved.
    """
    parameters = parameters or Parameters()
    of_items = _fitting("items", item_features, len(interactions.item_ids))
    of_users = _fitting("citizens", user_features, interactions.citizens)
    users, items, strengths = interactions.cells()
    shape = (interactions.citizens, len(interactions.item_ids))
    cells = sparse.csr_array((strengths, (users, items)), shape=shape)
    step = _Steps(parameters.seeds * parameters.epochs + 1, on_progress)
    with ThreadPoolExecutor(parameters.workers) as pool:
        one = partial(factors, cells, of_items, of_users, parameters, step.next)
        found = list(pool.map(one, range(parameters.seeds)))
    parts = _parts(interactions.item_ids, cells, of_items, of_users, parameters, found)
    _check_finite(parts)
    step.next()
    card = Card(
        version=version or _digest(interactions, parameters),
        trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
        citizens=len(np.unique(users)),
        items=len(interactions.item_ids),
        interactions=len(interactions.users),
        parameters=parameters,
    )
    return Model(parts, card)


def _parts(
    item_ids: Integers,
    cells: sparse.csr_array,
    item_features: Features,
    user_features: Features,
    parameters: Parameters,
    found: list[Factors],
) -> Parts:
    citizens = np.bincount(cells.indices, minlength=len(item_ids)).astype(np.float32)
    kept = ease.places(citizens, parameters.ease_items)
    likeness = content(item_features, parameters.content_rank)
    own = ease.weights(cells[:, kept], parameters.ease_penalty)
    rows = ease.spread(own, kept, citizens, likeness, parameters)
    together = joined(found, cells, parameters.prior, parameters.rank)
    return Parts(
        item_ids=item_ids.astype(np.int64),
        citizens=citizens,
        popularity=np.asarray(cells.sum(axis=0), np.float32).ravel(),
        vectors=together.vectors,
        biases=together.biases,
        folded=together.folded,
        prior=together.prior,
        base=together.base,
        fact_names=user_features.names,
        fact_vectors=together.fact_vectors,
        ease_items=kept,
        **ease.kept_of(rows, citizens, parameters),
        content=likeness,
    )


def _check_finite(parts: Parts) -> None:
    for field in fields(parts):
        array = getattr(parts, field.name)
        if isinstance(array, np.ndarray) and not np.isfinite(array).all():
            raise TrainingFailed(f"training came to no finite numbers in {field.name}: lower learning_rate")


def _fitting(what: str, features: Features | None, count: int) -> Features:
    if features is None:
        return nothing(count)
    if features.count != count:
        raise BadInput(f"training: {features.count} rows of features for {count} {what}")
    return features


def _digest(interactions: Interactions, parameters: Parameters) -> str:
    digest = hashlib.sha256(repr(sorted(parameters.as_json().items())).encode())
    for array in (interactions.item_ids, interactions.users, interactions.items, interactions.weights):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:12]


class _Steps:
    """Counts what is done and tells it."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self._done, self._total, self._tell = 0, total, on_progress
        self._lock = Lock()

    def next(self) -> None:
        """One more is done."""
        with self._lock:
            self._done += 1
            if self._tell:
                self._tell(self._done, self._total)
