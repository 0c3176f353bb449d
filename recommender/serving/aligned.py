"""A trained model beside a state of the catalogue: what of it never changes between requests. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from core.catalogue.rules import Scalar
from recommender.ports import Ranker
from recommender.serving.columns import Columns, Mask, Places, Scores

SIMILAR: Final = 40


@dataclass(frozen=True, slots=True)
class Near:
    """What goes with an item.

    Attributes:
        places: Places of these items, each once.
        scores: How well each goes with it, above 0 to 1.
    """

    places: Places
    scores: Scores
    _by_place: dict[int, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lays them out by place as well: single ones are asked for several times with each list."""
        pairs = zip(self.places.tolist(), self.scores.tolist(), strict=True)
        object.__setattr__(self, "_by_place", dict(pairs))

    def score(self, place: int) -> float:
        """How well this one does; 0 of one that does not."""
        return self._by_place.get(place, 0.0)


class Aligned:
    """The model's items by their places in the catalogue; with None for the model what goes by content.

    Attributes:
        trained: (n,) bool: items that the model knows.
    """

    def __init__(self, columns: Columns, ranker: Ranker | None) -> None:
        self.columns = columns
        self.ranker = ranker
        ids = np.zeros(0, dtype=np.int64) if ranker is None else np.asarray(ranker.item_ids)
        self._places, self._published = columns.found(ids)
        self._is_same = ranker is not None and np.array_equal(ids, columns.ids)
        self.trained: Mask = np.zeros(len(columns), dtype=np.bool_)
        self.trained[self._places] = True
        self._near: dict[int, Near] = {}

    def scores(self, history: Sequence[tuple[int, float]], facts: Mapping[str, Scalar]) -> Scores:
        """(n,) float32: the model's scores; minus infinity for what it does not know."""
        if self.ranker is not None and self._is_same:
            return self.ranker.scores(history, facts)
        column = np.full(len(self.columns), -np.inf, dtype=np.float32)
        if self.ranker is not None:
            column[self._places] = self.ranker.scores(history, facts)[self._published]
        return column

    def scores_of_many(
        self, histories: Sequence[Sequence[tuple[int, float]]], facts: Sequence[Mapping[str, Scalar]]
    ) -> Scores:
        """(m, n) float32: the same of many citizens."""
        if self.ranker is not None and self._is_same:
            return self.ranker.scores_of_many(histories, facts)
        table = np.full((len(histories), len(self.columns)), -np.inf, dtype=np.float32)
        if self.ranker is not None:
            table[:, self._places] = self.ranker.scores_of_many(histories, facts)[:, self._published]
        return table

    def is_trained(self, item: int) -> bool:
        """Whether the model knows an item that is published."""
        place = self.columns.place(item)
        return place is not None and bool(self.trained[place])

    def near(self, place: int) -> Near:
        """What goes with an item."""
        found = self._near.get(place)
        if found is None:
            found = self._near[place] = self._by_model(place) or self._by_content(place)
        return found

    def _by_model(self, place: int) -> Near | None:
        """The best has 1; None where there is no model, or it does not know the item."""
        item = int(self.columns.ids[place])
        pairs = self.ranker.similar(item, SIMILAR) if self.ranker is not None else []
        if not pairs:
            return None
        places, published = self.columns.found(np.array([other for other, _ in pairs], dtype=np.int64))
        scores = np.array([score for _, score in pairs], dtype=np.float32)[published]
        usable = np.isfinite(scores) & (scores > 0)
        if not usable.any():
            return None
        return Near(places[usable], scores[usable] / scores[usable].max())

    def _by_content(self, place: int) -> Near:
        scores = self.columns.alike(place)
        best = np.argsort(-scores, kind="stable")[:SIMILAR]
        places = best[scores[best] > 0]
        return Near(places, scores[places])
