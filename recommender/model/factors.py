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
    on_epoch: Callable[[], None],
    number: int,
) -> Factors:
    """Trains model `number` on citizens × items.

    An item that nobody has used is left out, or it would be pushed down as what nobody wants, and its
    features with it; afterwards it has the vector of its features.

    Raises:
        TrainingFailed: It diverged.
    """
    count = cells.shape[1]
    used = np.flatnonzero(np.bincount(cells.indices, minlength=count))
    items = described(item_features, parameters.feature_share)
    users = described(user_features, parameters.feature_share)
    model = _fitted(cells[:, used], items[used], users, parameters, number, on_epoch)
    embeddings = model.item_embeddings
    unused = np.setdiff1d(np.arange(count), used)
    # The identity of such an item is still the random number that it began with.
    embeddings[unused] = 0
    vectors, biases = items @ embeddings.astype(np.float64), items @ model.item_biases.astype(np.float64)
    return _folding(cells, vectors, biases, model.user_embeddings, parameters)


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
        item_alpha=parameters.penalty,
        user_alpha=parameters.penalty,
        random_state=parameters.seed + number,
    )
    weights = narrow(cells).tocoo()
    ones = sparse.coo_matrix((np.ones_like(weights.data), (weights.row, weights.col)), shape=weights.shape)
    told = {"item_features": narrow(items), "user_features": narrow(users)}
    try:
        for _ in range(parameters.epochs):
            # What diverges LightFM finds itself, after numpy has warned of it.
            with np.errstate(all="ignore"):
                model.fit_partial(ones, sample_weight=weights, num_threads=1, **told)
            on_epoch()
    except ValueError as error:
        raise TrainingFailed(f"LightFM: {error}") from error
    return model


def narrow(table: sparse.csr_array) -> sparse.csr_matrix:
    """As LightFM and its like read it: 32-bit numbers and places."""
    entries = (table.data.astype(np.float32), table.indices.astype(np.int32), table.indptr.astype(np.int32))
    return sparse.csr_matrix(entries, shape=table.shape)


def _folding(
    cells: sparse.csr_array, vectors: Doubles, biases: Doubles, people: Floats, parameters: Parameters
) -> Factors:
    """What turns histories into citizens' vectors: a map learned from those trained on, and the plain mean.

    The map (ridge regression) finds what LightFM found for those who were there; the plain mean holds better
    where tastes have moved on since. Both are brought to scores of deviation 1 before they are mixed, so that
    several models can be added up.
    """
    active = np.flatnonzero(np.diff(cells.indptr))
    averages, mean = _averages(cells[active], vectors, parameters.prior)
    slope, base = _map(averages, people[active], parameters.ridge)
    some = averages[:: max(1, len(averages) // _SAMPLE)]
    mapped = (1 - parameters.plain) / _deviation((some @ slope + base) @ vectors.T + biases)
    plain = parameters.plain / _deviation(some @ vectors.T)
    whole = mapped * slope + plain * np.eye(len(slope))
    scale = 1 / _deviation((some @ whole + mapped * base) @ vectors.T + mapped * biases)
    return Factors(
        vectors=_floats(vectors),
        biases=_floats(scale * mapped * biases),
        folded=_floats(scale * (vectors @ whole)),
        prior=_floats(scale * (mean @ whole)),
        base=_floats(scale * mapped * base),
        fact_vectors=_floats(people[cells.shape[0] :] * np.float32(scale * mapped)),
    )


def _averages(cells: sparse.csr_array, vectors: Doubles, prior: float) -> tuple[Doubles, Doubles]:
    """(c, d) mean of items' vectors of each citizen with a history, and (d,) the mean that is mixed in."""
    totals = np.asarray(cells.sum(axis=0)).ravel()
    mean = totals @ vectors / totals.sum()
    strengths = np.asarray(cells.sum(axis=1)).ravel()[:, None]
    return (cells @ vectors + prior * mean) / (strengths + prior), mean


def _map(averages: Doubles, people: Floats, ridge: float) -> tuple[Doubles, Doubles]:
    inputs = np.column_stack([averages, np.ones(len(averages))])
    penalty = np.eye(inputs.shape[1]) * ridge
    penalty[-1, -1] = 0
    mapped: Doubles = np.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ people.astype(np.float64))
    return mapped[:-1], mapped[-1]


def _deviation(scores: Doubles) -> float:
    return float(np.mean(np.std(scores, axis=1))) or 1.0


def _floats(numbers: Doubles | Floats) -> Floats:
    return np.ascontiguousarray(numbers, np.float32)
