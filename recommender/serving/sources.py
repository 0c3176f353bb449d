"""Where recommendations come from: named sources that each score the catalogue. Pure but for their ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.eligible_matrix import Standing
from recommender.ports import Ranker
from recommender.serving.columns import NO_CODE, Columns, Mask, Scores
from recommender.serving.wanted import Seed, Wanted

NEW_DAYS: Final = 30
# Where more of the catalogue is that young, it was imported, and nothing of it is news.
_MOST_NEW: Final = 0.1
_FEW: Final = 5
_SIMILAR: Final = 40
_LEAST_EVENT: Final = 0.9
_LEAST_TELLING: Final = 0.3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a source says.

    Attributes:
        scores: (n,) float32 from 0 to 1; 0 where it proposes nothing.
        trust: (n,) float32 or one number, 0 to 1: how much its word counts for each item.
        seeds: Which seed each scored place is owed to, where there is one.
        papers: Which paper of it the seed asks for, in the same way.
        events: Which life event, in the same way.
        of_region: It speaks of the citizen's district, not of all.
        counts: How many citizens stand behind a place, where that is what it counts.
    """

    scores: Scores
    trust: Scores | float = 1.0
    seeds: Mapping[int, Seed] | None = None
    papers: Mapping[int, str] | None = None
    events: Mapping[int, str] | None = None
    of_region: bool = False
    counts: Scores | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the sources have to go by.

    Attributes:
        open: (n,) bool: what may be offered; the best of these has the score 1.
        ranker: The trained model; None where there is none.
        of_region, of_all: (n,) float32: how many citizens look for each item, in the district and in all.
    """

    columns: Columns
    wanted: Wanted
    standing: Standing
    open: Mask
    ranker: Ranker | None
    of_region: Scores
    of_all: Scores


Source = Callable[[Known], Proposal | None]


def lightfm(known: Known) -> Proposal | None:
    """The trained model's scores, in standard deviations above the mean of what may be offered.

    They count the more, the more was done by the citizen and with the item.
    """
    wanted, ranker, columns = known.wanted, known.ranker, known.columns
    if ranker is None or not (wanted.history or wanted.facts):
        return None
    ids = np.asarray(ranker.item_ids)
    places, known_ids = columns.found(ids)
    column = np.full(len(columns), -np.inf)
    column[places] = ranker.scores(wanted.history, wanted.facts)[known_ids]
    trained = columns.marked(())
    trained[places] = True
    done = sum(weight for item, weight in wanted.history if _is_marked(columns, trained, item))
    # Told facts are worth as much as one thing that was done.
    said = done + (1.0 if wanted.facts else 0.0)
    return Proposal(_standardised(column, known.open), trust=said / (said + 2.0) * _trust_of_items(known))


def _is_marked(columns: Columns, mask: Mask, item: int) -> bool:
    place = columns.place(item)
    return place is not None and bool(mask[place])


def _trust_of_items(known: Known) -> Scores:
    counts = known.of_all
    if not counts.any():
        return np.ones(len(counts), dtype=np.float32)
    return (0.5 + 0.5 * counts / (counts + 3.0)).astype(np.float32)


def _standardised(column: np.ndarray[tuple[int], np.dtype[np.float64]], among: Mask) -> Scores:
    usable = among & np.isfinite(column)
    scores = np.zeros(len(column), dtype=np.float32)
    if not usable.any():
        return scores
    values = column[usable]
    spread = values.std()
    if spread > 0:
        scores[usable] = np.maximum(0.0, (values - values.mean()) / spread)
    return _to_one(scores, among)


def similar(known: Known) -> Proposal | None:
    """What goes with the latest items and with what is looked at: by the model, else by content.

    Before either comes the item that gives a paper which has to be brought to one of them.
    """
    columns, seeds = known.columns, known.wanted.seeds
    if not seeds:
        return None
    scores = np.zeros(len(columns), dtype=np.float32)
    owed = np.full(len(columns), -1, dtype=np.int64)
    papers: dict[int, str] = {}
    for number, seed in enumerate(seeds):
        found = _by_model(known, seed)
        found = alike(columns, seed.place) if found is None else found
        suppliers = columns.suppliers(seed.place)
        found[list(suppliers)] = 1.0
        better = found * np.float32(seed.weight) > scores
        scores[better], owed[better] = found[better] * np.float32(seed.weight), number
        papers |= {place: paper for place, paper in suppliers.items() if better[place]}
    causes = {int(place): seeds[owed[place]] for place in np.flatnonzero(owed >= 0)}
    return Proposal(_to_one(scores, known.open), seeds=causes, papers=papers)


def _by_model(known: Known, seed: Seed) -> Scores | None:
    found = known.ranker.similar(seed.item, _SIMILAR) if known.ranker is not None else []
    scores = known.columns.dense(dict(found)).clip(min=0)
    best = scores.max(initial=0.0)
    return scores / best if best > 0 and np.isfinite(best) else None


def alike(columns: Columns, place: int) -> Scores:
    """(n,) float32: how much items share events, theme and agency with one; the last alone is nothing."""
    shared = np.zeros(len(columns), dtype=np.float32)
    names = columns.event_names[place]
    for event in names:
        shared[columns.events[event]] += 1
    of_both = columns.event_counts + len(names) - shared
    events = np.divide(shared, of_both, out=np.zeros_like(shared), where=of_both > 0)
    theme = (columns.themes == columns.themes[place]) & (columns.themes != NO_CODE)
    agency = (columns.agencies == columns.agencies[place]) & (columns.agencies != NO_CODE)
    related = (shared > 0) | theme
    found: Scores = (0.5 * events + 0.3 * theme + 0.2 * (agency & related)).astype(np.float32)
    return found


def life_event(known: Known) -> Proposal | None:
    """Items of the events that profile, conversation or the latest items show."""
    columns = known.columns
    scores = np.zeros(len(columns), dtype=np.float32)
    owed: dict[int, str] = {}
    for event, strength in sorted(known.wanted.events.items(), key=lambda one: -one[1]):
        for place in columns.events.get(event, ()):
            # A matter of this event alone belongs to it more surely than one of several.
            sure = _LEAST_EVENT + (1 - _LEAST_EVENT) / columns.event_counts[place]
            if strength * sure > scores[place]:
                scores[place], owed[int(place)] = strength * sure, event
    return Proposal(scores, events=owed) if owed else None


def eligible(known: Known) -> Proposal | None:
    """What the told facts make a citizen eligible for, the more if that is true of few."""
    scores = np.where(known.standing.truth > 0, known.columns.telling, 0).astype(np.float32)
    scores[scores < _LEAST_TELLING] = 0
    return Proposal(scores) if known.wanted.facts and scores.any() else None


def popular(known: Known) -> Proposal | None:
    """What many citizens of the district look for; where nobody there does, what many of all do."""
    of_region = bool((known.of_region * known.open).max(initial=0.0) > 0)
    counts = known.of_region if of_region else known.of_all
    scores = _to_one(np.log1p(counts), known.open)
    return Proposal(scores, of_region=of_region, counts=counts) if scores.any() else None


def new(known: Known) -> Proposal | None:
    """What was published lately, unless that is much of the catalogue."""
    columns = known.columns
    age = known.wanted.today.toordinal() - columns.since
    fresh = (age >= 0) & (age < NEW_DAYS)
    if not fresh.any() or fresh.sum() > max(_FEW, _MOST_NEW * len(columns)):
        return None
    return Proposal(np.where(fresh, 1 - age / NEW_DAYS, 0.0).astype(np.float32))


def _to_one(scores: Scores, among: Mask) -> Scores:
    """Scaled so that the best of what may be offered has 1."""
    best = np.where(among, scores, 0).max(initial=0.0)
    return np.asarray(scores / best, dtype=np.float32) if best > 0 else np.zeros_like(scores)
