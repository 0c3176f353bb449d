"""One LightFM model (WARP), and the map that folds citizens in from their histories. Training only."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.model.arrays import Floats
from recommender.model.errors import TrainingFailed
from recommender.model.features import Features
from recommender.model.parameters import Parameters

Doubles = NDArray[np.float64]
_SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Factors:
    """Of one LightFM model: what `Parts` holds of all of them, side by side."""

    vectors: Floats
    biases: Floats
    folded: Floats
    prior: Floats
    base: Floats
    fact_vectors: Floats


def described(features: Features, share: float) -> sparse.csr_array:
    """(rows, rows + f): an identity of 1, and features that together add `share`."""
    sums = np.bincount(features.rows, features.values, features.count)
    values = features.values * share / np.maximum(sums, 1e-9)[features.rows]
    shape = (features.count, len(features.names))
    known = sparse.csr_array((values, (features.rows, features.columns)), shape=shape)
    whole = sparse.hstack([sparse.eye_array(features.count), known], format="csr", dtype=np.float32)
    return sparse.csr_array(whole)


def factors(
    cells: sparse.csr_array,
    item_features: Features,
    user_features: Features,
    parameters: Parameters,
    number: int,
    on_epoch: Callable[[], None],
) -> Factors:
    """Trains model `number` on citizens × items.

    An item that nobody has used is left out, or it would be pushed down as what nobody wants, and its
    features with it; afterwards it has the vector of its features.

    Raises:
        TrainingFailed: It diverged.
    """
    citizens, count = cells.shape
    used = np.flatnonzero(np.bincount(cells.indices, minlength=count))
    items = described(item_features, parameters.feature_share)
    users = described(user_features, parameters.feature_share)
    model = _fitted(cells[:, used], items[used], users, parameters, number, on_epoch)
    embeddings = model.item_embeddings
    unused = np.setdiff1d(np.arange(count), used)
    # The identity of such an item is still the random number that it began with.
    embeddings[unused] = 0
    vectors, biases = items @ embeddings, items @ model.item_biases
    folded, prior, base = _fold(cells, vectors, model.user_embeddings[:citizens], parameters)
    scale = 1 / _deviation(cells, vectors, biases, folded, prior, base, parameters)
    return Factors(
        (vectors * scale).astype(np.float32), (biases * scale).astype(np.float32),
        folded, prior, base, model.user_embeddings[citizens:].astype(np.float32),
    )  # fmt: skip


def _fitted(
    cells: sparse.csr_array,
    items: sparse.csr_array,
    users: sparse.csr_array,
    parameters: Parameters,
    number: int,
    on_epoch: Callable[[], None],
) -> Any:
    with warnings.catch_warnings():
        # Says on import that it was built without OpenMP, where it was.
        warnings.simplefilter("ignore")
        from lightfm import LightFM
    model = LightFM(
        no_components=parameters.components,
        loss="warp",
        learning_rate=parameters.learning_rate,
        max_sampled=parameters.max_sampled,
        random_state=parameters.seed + number,
    )
    weights = _narrow(cells).tocoo()
    ones = sparse.coo_matrix((np.ones_like(weights.data), (weights.row, weights.col)), shape=weights.shape)
    told = {"item_features": _narrow(items), "user_features": _narrow(users)}
    try:
        for _ in range(parameters.epochs):
            model.fit_partial(ones, sample_weight=weights, num_threads=parameters.threads, **told)
            on_epoch()
    except ValueError as error:
        raise TrainingFailed(f"LightFM: {error}") from error
    return model


def _narrow(table: sparse.csr_array) -> sparse.csr_matrix:
    """As LightFM reads it: 32-bit numbers and places."""
    entries = (table.data.astype(np.float32), table.indices.astype(np.int32), table.indptr.astype(np.int32))
    return sparse.csr_matrix(entries, shape=table.shape)


def _averages(cells: sparse.csr_array, vectors: Floats, prior: float) -> tuple[Doubles, Doubles]:
    """(m, d) each citizen's mean of items' vectors, and (d,) the mean over all that is mixed in."""
    totals = np.asarray(cells.sum(axis=0)).ravel()
    mean = totals @ vectors / totals.sum()
    strengths = np.asarray(cells.sum(axis=1)).ravel()[:, None]
    return (cells @ vectors + prior * mean) / (strengths + prior), mean


def _fold(
    cells: sparse.csr_array, vectors: Floats, citizens: Floats, parameters: Parameters
) -> tuple[Floats, Floats, Floats]:
    """The linear map from histories to the vectors that LightFM found, by ridge regression.

    Returns: What each item of a history adds, what the average item does, and what is always there.
    """
    averages, mean = _averages(cells, vectors, parameters.prior)
    active = np.diff(cells.indptr) > 0
    inputs = np.column_stack([averages[active], np.ones(active.sum())])
    penalty = np.eye(inputs.shape[1]) * parameters.ridge
    penalty[-1, -1] = 0
    mapped = np.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ citizens[active])
    slope, base = mapped[:-1], mapped[-1]
    return (vectors @ slope).astype(np.float32), (mean @ slope).astype(np.float32), base.astype(np.float32)


def _deviation(
    cells: sparse.csr_array,
    vectors: Floats,
    biases: Floats,
    folded: Floats,
    prior: Floats,
    base: Floats,
    parameters: Parameters,
) -> float:
    """The usual deviation of a citizen's scores, so that models can be added up."""
    some = cells[np.flatnonzero(np.diff(cells.indptr))[:_SAMPLE]]
    strengths = np.asarray(some.sum(axis=1)).ravel()[:, None]
    citizens = (some @ folded + parameters.prior * prior) / (strengths + parameters.prior) + base
    scores = citizens @ vectors.T + biases
    return float(np.mean(np.std(scores, axis=1))) or 1.0
