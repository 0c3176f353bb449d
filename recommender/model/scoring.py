"""The model as it serves: scores of one citizen or of many, from histories and told facts, with numpy alone.

Nothing here is particular to a citizen who was there when it was trained: everybody's vector is folded in
from the history, so that what was done a moment ago counts, and new citizens are served as others are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

from core.catalogue.rules import Scalar
from recommender.model.arrays import Flags, Floats, Integers
from recommender.model.blend import known, standardise
from recommender.model.card import Card
from recommender.model.choosing import top_k
from recommender.model.features import fact_features
from recommender.model.histories import Histories, histories
from recommender.model.parts import Parts
from recommender.model.standard import Standard

Table = TypeVar("Table", Floats, Integers)
History = Sequence[tuple[int, float]]
Facts = Mapping[str, Scalar]
NO_FACTS: Facts = {}
# So many citizens are scored at once: their scores stay in the processor's cache.
_AT_ONCE = 64
# What so many have used is no longer looked at by its content.
_HARDLY_COLD = 0.1
_NOTHING = np.float32(1e-14)


class Model:
    """A trained model; implements `recommender.ports.Ranker`. Never changes, so threads may share it."""

    def __init__(self, parts: Parts, card: Card) -> None:
        self.parts = parts
        self.card = card
        self._places = {int(item): place for place, item in enumerate(parts.item_ids)}
        self._facts = {name: row for row, name in enumerate(parts.fact_names)}
        self._in_ease = np.full(len(parts.item_ids), -1, np.int64)
        self._in_ease[parts.ease_items] = np.arange(len(parts.ease_items))
        weights = card.parameters
        popular = standardise(np.log1p(parts.popularity)[None, :])[0]
        self._plain = Standard(parts.vectors)
        self._folded_scales = self._plain.scales(parts.folded)
        # The last row, of zeros, is of the items that have none.
        self._ease_weights, self._ease_columns = (
            _and_zeros(parts.ease_weights),
            _and_zeros(parts.ease_columns),
        )
        self._ease_borrowed = _and_zeros(parts.ease_borrowed)
        tables = (self._ease_weights, self._ease_borrowed)
        sums = np.add(*(one.sum(axis=1) for one in tables))
        self._ease_means = sums / np.float32(len(parts.item_ids))
        squares = np.add(*(np.einsum("ij,ij->i", one, one) for one in tables))
        self._ease_scales = self._ease_scale(squares, self._ease_means)
        self._learned = Standard(np.column_stack([parts.vectors, parts.biases]))
        constant = np.ones(len(popular), np.float32)
        self._table = np.ascontiguousarray(np.column_stack([self._learned.centred, popular, constant]).T)
        cold = 1 - known(parts.citizens, weights.item_half)
        cold[cold <= _HARDLY_COLD] = 0
        self._cold = np.float32(weights.content) * cold
        self._few = np.flatnonzero(self._cold if parts.content.shape[1] else [])
        self._liked = Standard(parts.content)
        self._content_scales = self._liked.scales(parts.content)
        few = self._liked.centred[self._few] * self._cold[self._few, None]
        self._few_table = np.ascontiguousarray(few.T)
        # What is read of each item of a history, side by side.
        self._told = np.column_stack([parts.folded, parts.content]) if len(self._few) else parts.folded

    @property
    def version(self) -> str:
        """As the model card names it."""
        return self.card.version

    @property
    def item_ids(self) -> Integers:
        """(n,) ids of the items it knows."""
        return self.parts.item_ids

    def scores(self, history: History, facts: Facts = NO_FACTS) -> Floats:
        """(n,) scores of one citizen; see `recommender.ports.Ranker`."""
        scored: Floats = self.batch(self.histories([history]), [facts])[0]
        return scored

    def scores_of_many(self, histories: Sequence[History], facts: Sequence[Facts]) -> Floats:
        """(m, n) scores of many citizens; see `recommender.ports.Ranker`."""
        return self.batch(self.histories(histories), facts)

    def histories(self, told: Sequence[History]) -> Histories:
        """Histories of (item id, weight) as `batch` and `top` take them; unknown items are left out."""
        return histories(told, self._places)

    def batch(self, told: Histories, facts: Sequence[Facts] | None = None) -> Floats:
        """(m, n) scores of many citizens, the same that `scores` gives each of them.

        Args:
            facts: One mapping for each citizen; None where none told any.
        """
        scored = np.empty((len(told), len(self.parts.item_ids)), np.float32)
        for first in range(0, len(told), _AT_ONCE):
            end = min(first + _AT_ONCE, len(told))
            few = None if facts is None else facts[first:end]
            scored[first:end] = self._scored(told.part(first, end), few)
        return scored

    def top(
        self,
        told: Histories,
        k: int,
        facts: Sequence[Facts] | None = None,
        *,
        allowed: Flags | None = None,
        repeat: bool = False,
    ) -> tuple[Integers, Floats]:
        """(m, k) ids and scores of each citizen's best items, the best first; -1 where there are no more.

        Args:
            allowed: (n,) or (m, n), which items may be given.
            repeat: Give items of the history as well.
        """
        ids, found = [], []
        for first in range(0, len(told), _AT_ONCE):
            end = min(first + _AT_ONCE, len(told))
            part = told.part(first, end)
            scored = self._scored(part, None if facts is None else facts[first:end])
            if not repeat:
                scored[np.repeat(np.arange(len(part)), np.diff(part.starts)), part.items] = -np.inf
            if allowed is not None:
                scored[
                    ~np.broadcast_to(allowed if allowed.ndim == 1 else allowed[first:end], scored.shape)
                ] = -np.inf
            places, best = top_k(scored, k)
            ids.append(np.where(places >= 0, self.parts.item_ids[places], -1))
            found.append(best)
        width = min(max(k, 0), len(self.parts.item_ids))
        if not ids:
            return np.empty((0, width), np.int64), np.empty((0, width), np.float32)
        return np.concatenate(ids), np.concatenate(found)

    def owed_to(self, history: History, items: Sequence[int]) -> list[list[tuple[int, float]]]:
        """For each of these what of the history speaks for it, and how much, the largest share first."""
        one = self.histories([history])
        places = [self._places.get(item) for item in items]
        known_ones = sorted({place for place in places if place is not None})
        if not known_ones or not len(one.items):
            return [[] for _ in items]
        shares = self._links(one.items, np.array(known_ones)) * one.strengths[:, None]
        ids = self.parts.item_ids[one.items].tolist()
        told = dict(zip(known_ones, shares.T.tolist(), strict=True))
        return [[] if place is None else _largest_first(ids, told[place]) for place in places]

    def similar(self, item: int, k: int) -> list[tuple[int, float]]:
        """The `k` items that go with one, the best first; empty for one that is unknown."""
        place = self._places.get(item)
        if place is None:
            return []
        links = self._links(np.array([place]), np.arange(len(self.parts.item_ids)))
        links[0, place] = -np.inf
        places, found = top_k(links, k)
        return [
            (int(self.parts.item_ids[one]), float(score))
            for one, score in zip(places[0], found[0], strict=True)
            if one >= 0
        ]

    def _links(self, items: Integers, to: Integers) -> Floats:
        """(h, t) how much each of these speaks for each of those; popularity is left out."""
        weights = self.card.parameters
        share = np.float32(weights.lightfm) * self._folded_scales[items]
        linked: Floats = (self.parts.folded[items] * share[:, None]) @ self._plain.centred[to].T
        rows = self._in_ease[items]
        share = np.float32(weights.ease) * self._ease_scales[rows]
        linked += (self._ease_of(rows, to) - self._ease_means[rows][:, None]) * share[:, None]
        if self._cold[to].any():
            content = self.parts.content[items] * self._content_scales[items][:, None]
            linked += (content @ self._liked.centred[to].T) * self._cold[to]
        return linked

    def _scored(self, told: Histories, facts: Sequence[Facts] | None) -> Floats:
        """Every part standardised for its citizen, weighted, added up."""
        weights = self.card.parameters
        owners = np.repeat(np.arange(len(told)), np.diff(told.starts))
        summed = _summed(told, self._told[told.items])
        vectors, amounts = self._vectors(told, owners, summed[:, : self.parts.folded.shape[1]], facts)
        share = known(amounts, weights.citizen_half)
        eased, means, scales = self._eased(told, owners)
        scales *= share * np.float32(weights.ease)
        whole = np.empty((len(told), len(self._table)), np.float32)
        learned = whole[:, :-2]
        learned[:, :-1], learned[:, -1] = vectors, 1
        learned *= (share * np.float32(weights.lightfm) * self._learned.scales(learned))[:, None]
        whole[:, -2], whole[:, -1] = 1 - share, -means * scales
        scored: Floats = whole @ self._table
        eased *= scales[:, None]
        scored += eased
        if len(self._few):
            profiles = summed[:, self.parts.folded.shape[1] :]
            liked = share * self._liked.scales(profiles)
            scored[:, self._few] += (profiles * liked[:, None]) @ self._few_table
        return scored

    def _vectors(
        self, told: Histories, owners: Integers, summed: Floats, facts: Sequence[Facts] | None
    ) -> tuple[Floats, Floats]:
        """(m, d) vectors of citizens, and (m,) how much is known of each."""
        prior = np.float32(self.card.parameters.prior)
        amounts = np.bincount(owners, np.abs(told.strengths), len(told)).astype(np.float32)
        vectors = (summed + prior * self.parts.prior) / np.maximum(amounts + prior, np.float32(1e-6))[:, None]
        vectors += self.parts.base
        for citizen, one in enumerate(facts or ()):
            rows = [row for name in fact_features(one) if (row := self._facts.get(name)) is not None]
            if rows:
                share = np.float32(self.card.parameters.feature_share / len(rows))
                vectors[citizen] += share * self.parts.fact_vectors[rows].sum(axis=0)
                amounts[citizen] += 1
        return vectors, amounts

    def _ease_of(self, rows: Integers, to: Integers) -> Floats:
        """(h, t) weights of these rows for those items."""
        count = len(self.parts.item_ids)
        whole = np.zeros((len(rows), count), np.float32)
        np.put_along_axis(whole, self._ease_columns[rows], self._ease_weights[rows], axis=1)
        whole[:, self.parts.ease_borrowers] = self._ease_borrowed[rows]
        found: Floats = whole[:, to]
        return found

    def _eased(self, told: Histories, owners: Integers) -> tuple[Floats, Floats, Floats]:
        """(m, n) sums of the rows of EASE, (m,) their means, and (m,) what brings each to the deviation 1."""
        rows, count = self._in_ease[told.items], len(self.parts.item_ids)
        eased = np.zeros((len(told), count), np.float32)
        places = self._ease_columns[rows]
        places += (owners * count)[:, None]
        weights = self._ease_weights[rows]
        weights *= told.strengths[:, None]
        np.add.at(eased.reshape(-1), places.reshape(-1), weights.reshape(-1))
        if len(self.parts.ease_borrowers):
            eased[:, self.parts.ease_borrowers] = _summed(told, self._ease_borrowed[rows])
        means = np.bincount(owners, told.strengths * self._ease_means[rows], len(told)).astype(np.float32)
        return eased, means, self._ease_scale(np.einsum("ij,ij->i", eased, eased), means)

    def _ease_scale(self, squares: Floats, means: Floats) -> Floats:
        """(m,) what brings rows of these sums of squares and means to the deviation 1; 0 where they are 0."""
        variances = squares / np.float32(max(1, len(self.parts.item_ids))) - means * means
        variances[variances < _NOTHING] = np.inf
        scales: Floats = (1 / np.sqrt(variances)).astype(np.float32)
        return scales


def _largest_first(ids: Sequence[int], shares: Sequence[float]) -> list[tuple[int, float]]:
    owed = [(item, share) for item, share in zip(ids, shares, strict=True) if share > 0]
    return sorted(owed, key=lambda pair: (-pair[1], pair[0]))


def _summed(told: Histories, taken: Floats) -> Floats:
    """(m, columns) for each citizen the sum of the rows, one for each item of the history, by strength."""
    summed = np.zeros((len(told), taken.shape[1]), np.float32)
    # A product for each: numpy's sums over groups of rows are much slower.
    for citizen, (first, end) in enumerate(pairwise(told.starts.tolist())):
        np.dot(told.strengths[first:end], taken[first:end], out=summed[citizen])
    return summed


def _and_zeros(rows: Table) -> Table:
    return np.concatenate([rows, np.zeros_like(rows[:1], shape=(1, rows.shape[1]))])
