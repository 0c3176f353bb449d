"""Chooses the parameters of every method anew, on a part of what is learned from; the test is not touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from recommender.evaluation.chosen import GRIDS, PENALTIES, SHARES, Chosen, Told
from recommender.evaluation.movielens import SEEDS, Split, methods, ours, validation
from recommender.evaluation.movielens_data import MovieLens
from recommender.evaluation.rivals import RIVALS
from recommender.model import ease
from recommender.model.histories import by_citizen
from recommender.model.parameters import Parameters
from recommender.model.scoring import Model

OnProgress = Callable[[int, int], None]


def chosen_anew(data: MovieLens, start: Parameters, on_progress: OnProgress | None = None) -> Chosen:
    """The best of each grid by nDCG on the validation part.

    Args:
        start: Of ours: what the grid does not vary.
    """
    divided = validation(data)
    grids = {name: GRIDS[name] for name in methods()}
    total, done = sum(map(len, grids.values())) + 1, 0
    best: dict[str, Told] = {}
    for name, grid in grids.items():
        worth = []
        for told in grid:
            if on_progress:
                on_progress(done, total)
            scores = RIVALS[name](divided.known, told, SEEDS[0])
            worth.append(divided.measured(scores).means()["ndcg"])
            done += 1
        best[name] = grid[worth.index(max(worth))]
    if on_progress:
        on_progress(done, total)
    return Chosen(_best_of_ours(divided, start), best)


def _best_of_ours(divided: Split, start: Parameters) -> Parameters:
    """Trained once; λ of EASE and the weights are varied on the parts."""
    model, rows = ours(divided.known, start, SEEDS[0])
    told = by_citizen(*rows.cells(), rows.citizens)
    worth: dict[Parameters, float] = {}
    for penalty in PENALTIES:
        kept = model.parts.ease_items
        own = ease.weights(divided.known[:, kept], penalty)
        solved = ease.spread(own, kept, model.parts.citizens, model.parts.content, start)
        parts = replace(model.parts, **ease.kept_of(solved, model.parts.citizens, start))
        for share in SHARES:
            tried = replace(start, ease_penalty=penalty, lightfm=share, ease=round(1 - share, 2))
            scores = Model(parts, replace(model.card, parameters=tried)).batch(told)
            worth[tried] = divided.measured(scores).means()["ndcg"]
    return max(worth, key=worth.__getitem__)
