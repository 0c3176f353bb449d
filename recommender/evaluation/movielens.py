"""MovieLens-100k, 75 % of each film's ratings to learn from: ours and other methods in one table."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.errors import BadInput
from recommender.evaluation.chosen import STORED, Chosen
from recommender.evaluation.metrics import Measured, mean_of, measure
from recommender.evaluation.movielens_data import MovieLens
from recommender.evaluation.rivals import RIVALS
from recommender.evaluation.splitting import by_item
from recommender.evaluation.telling import ahead, row
from recommender.model.histories import by_citizen
from recommender.model.interactions import Interactions
from recommender.model.parameters import Parameters
from recommender.model.scoring import Model
from recommender.model.training import train

K = 10
RATIO, SEED = 0.75, 42
TRAIN, TEST = 75_066, 24_934
VALIDATION_RATIO, VALIDATION_SEED = 0.8, 7
OURS = "weizheng"
SEEDS = (1, 101, 201)
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Split:
    """What is learned from and what is to be found, (m, n) both."""

    known: sparse.csr_array
    wanted: NDArray[np.bool_]

    def measured(self, scores: NDArray[np.floating]) -> Measured:
        """How well scores find what is wanted."""
        return measure(scores, self.wanted, self.known.toarray() > 0, K)


def split(data: MovieLens) -> Split:
    """The rows that all tables of this kind use.

    Raises:
        BadInput: Their number is another than published.
    """
    kept = by_item(data.items, RATIO, SEED)
    if (int(kept.sum()), int((~kept).sum())) != (TRAIN, TEST):
        raise BadInput(f"MovieLens: the split has {kept.sum()} and {(~kept).sum()} rows")
    return _of_rows(data, kept, ~kept)


def validation(data: MovieLens) -> Split:
    """The same within what is learned from, for choosing parameters."""
    rows = np.flatnonzero(by_item(data.items, RATIO, SEED))
    inner = by_item(data.items[rows], VALIDATION_RATIO, VALIDATION_SEED)
    known, wanted = (np.zeros(len(data.items), np.bool_) for _ in range(2))
    known[rows[inner]], wanted[rows[~inner]] = True, True
    return _of_rows(data, known, wanted)


def _of_rows(data: MovieLens, known: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Split:
    shape = (int(data.users.max()) + 1, int(data.items.max()) + 1)
    ones = np.ones(int(known.sum()), np.float32)
    cells = sparse.csr_array((ones, (data.users[known], data.items[known])), shape=shape)
    to_find = np.zeros(shape, np.bool_)
    to_find[data.users[wanted], data.items[wanted]] = True
    return Split(cells, to_find)


def methods() -> list[str]:
    """Names of the others; those of the package implicit where it is installed."""
    there = importlib.util.find_spec("implicit") is not None
    return [name for name in RIVALS if there or not name.startswith("implicit")]


def ours(cells: sparse.csr_array, parameters: Parameters, seed: int) -> tuple[Model, Interactions]:
    """The model of these citizens × items, and what it was trained on."""
    entries = cells.tocoo()
    interactions = Interactions(
        users=entries.row.astype(np.int64),
        items=entries.col.astype(np.int64),
        weights=entries.data,
        citizens=cells.shape[0],
        item_ids=np.arange(cells.shape[1]),
    )
    return train(interactions, parameters=replace(parameters, seed=seed)), interactions


def table(data: MovieLens, chosen: Chosen = STORED, on_progress: OnProgress | None = None) -> dict[str, Any]:
    """The table.

    Returns: `rows` of {name, ndcg, precision, recall, map, fit_s, intervals}, and how far ours is ahead of
        the others on nDCG, citizen by citizen, with intervals.
    """
    divided, names = split(data), methods()
    step = _Steps(len(names) + len(SEEDS), on_progress)
    rows: list[dict[str, Any]] = []
    found: dict[str, Measured] = {}
    for name in names:
        step.begin()
        begun = time.perf_counter()
        scores = RIVALS[name](divided.known, chosen.rivals[name], SEEDS[0])
        took = time.perf_counter() - begun
        found[name] = divided.measured(scores)
        rows.append({**row(name, found[name]), "fit_s": round(took, 2)})
    mine, took = _of_ours(divided, chosen.ours, step)
    rows.append({**row(OURS, mine), "fit_s": round(took, 2)})
    return {
        "k": K,
        "train": TRAIN,
        "test": TEST,
        "citizens": len(mine.citizens),
        "seeds": list(SEEDS),
        "rows": rows,
        "ahead_on_ndcg": {name: ahead(mine.ndcg, other.ndcg) for name, other in found.items()},
        "parameters": {OURS: chosen.ours.as_json(), **{name: chosen.rivals[name] for name in names}},
    }


def _of_ours(divided: Split, parameters: Parameters, step: _Steps) -> tuple[Measured, float]:
    """The mean of three trainings with other seeds, citizen by citizen, and the mean time of one."""
    found: list[Measured] = []
    took = 0.0
    for seed in SEEDS:
        step.begin()
        begun = time.perf_counter()
        model, rows = ours(divided.known, parameters, seed)
        took += time.perf_counter() - begun
        # Everybody's vector is folded in from the history, as in the portal.
        found.append(divided.measured(model.batch(by_citizen(*rows.cells(), rows.citizens))))
    return mean_of(found), took / len(SEEDS)


class _Steps:
    """Tells which of how many steps begins."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self._done, self._total, self._tell = -1, total, on_progress

    def begin(self) -> None:
        """Another begins."""
        self._done += 1
        if self._tell:
            self._tell(self._done, self._total)
