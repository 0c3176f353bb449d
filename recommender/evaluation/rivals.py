"""Other methods beside ours: popularity, LightFM alone, EASE alone, ALS and BPR of implicit."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.model import ease
from recommender.model.factors import narrow

Scores = NDArray[np.floating]
Told = Mapping[str, Any]
Rival = Callable[[sparse.csr_array, Told, int], Scores]


def popularity(cells: sparse.csr_array, told: Told, seed: int) -> Scores:
    """How many have it, the same for everybody."""
    counts = np.asarray(cells.sum(axis=0), np.float64).ravel()
    return np.tile(counts, (cells.shape[0], 1))


def lightfm_alone(cells: sparse.csr_array, told: Told, seed: int) -> Scores:
    """One LightFM model with WARP, as its own `predict` ranks those it was trained on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lightfm import LightFM
    given = dict(told)
    epochs = int(given.pop("epochs"))
    model = LightFM(loss="warp", random_state=seed, **given)
    model.fit(narrow(cells).tocoo(), epochs=epochs, num_threads=1)
    scores: Scores = model.user_embeddings @ model.item_embeddings.T + model.item_biases
    return scores


def ease_alone(cells: sparse.csr_array, told: Told, seed: int) -> Scores:
    """EASE alone."""
    scores: Scores = cells @ ease.weights(cells, float(told["penalty"]))
    return scores


def als(cells: sparse.csr_array, told: Told, seed: int) -> Scores:
    """Alternating least squares of the package implicit."""
    from implicit.cpu.als import AlternatingLeastSquares

    with _one_thread():
        return _factored(AlternatingLeastSquares(num_threads=1, random_state=seed, **told), cells)


def bpr(cells: sparse.csr_array, told: Told, seed: int) -> Scores:
    """Bayesian personalized ranking of the package implicit."""
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    with _one_thread():
        return _factored(BayesianPersonalizedRanking(num_threads=1, random_state=seed, **told), cells)


def _factored(model: Any, cells: sparse.csr_array) -> Scores:
    model.fit(narrow(cells), show_progress=False)
    scores: Scores = model.user_factors @ model.item_factors.T
    return scores


def _one_thread() -> Any:
    """It warns where the libraries below it may use threads of their own, which slows it."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas")


RIVALS: dict[str, Rival] = {
    "popularity": popularity,
    "lightfm": lightfm_alone,
    "implicit_als": als,
    "implicit_bpr": bpr,
    "ease": ease_alone,
}
