"""Where recommendations come from: named sources that each score the catalogue. Pure but for their ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from recommender.eligible_matrix import Standing
from recommender.serving.aligned import Aligned
from recommender.serving.columns import Columns, Mask, Places, Scores
from recommender.serving.wanted import Seed, Wanted

NEW_DAYS: Final = 30
# Where more of the catalogue is that young, it was imported, and nothing of it is news.
_MOST_NEW: Final = 0.15
_LEAST_TELLING: Final = 0.3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a source says.

    Attributes:
        scores: (n,) float32 from 0 to 1; 0 where it proposes nothing.
        trust: (n,) float32 or one number, 0 to 1: how much its word counts for each item.
        owed: (n,) int64: number of the seed or event that a place is owed to; -1 where it is to none.
        seeds: What `owed` numbers, of a source that starts from items.
        papers: By place: a paper that is got there and that its seed asks for.
        events: What `owed` numbers, of a source that starts from life events.
        of_region: It speaks of the citizen's district, not of all.
        counts: How many citizens stand behind a place, where that is what it counts.
    """

    scores: Scores
    trust: Scores | float = 1.0
    owed: Places | None = None
    seeds: Sequence[Seed] = ()
    papers: Mapping[int, str] = field(default_factory=dict)
    events: Sequence[str] = ()
    of_region: bool = False
    counts: Scores | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many citizens look for each item, and what follows from it whoever asks.

    Attributes:
        of: (n,) float32, 0 and more.
        logs: (n,) float32, log(1 + of).
        trust: (n,) float32 from 0.5 to 1: how much the model's word counts; 1 where nothing is counted.
    """

    of: Scores
    logs: Scores
    trust: Scores

    @classmethod
    def made(cls, of: Scores) -> Counts:
        """All that follows from the numbers."""
        trust = 0.5 + 0.5 * of / (of + 3.0) if of.any() else np.ones(len(of))
        return cls(of, np.log1p(of), trust.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Known:
    """What the sources have to go by.

    Attributes:
        open: (n,) bool: what may be offered; the best of these has the score 1.
        of_region, of_all: How many citizens look for each item, in the district and in all.
    """

    columns: Columns
    wanted: Wanted
    standing: Standing
    open: Mask
    model: Aligned
    of_region: Counts
    of_all: Counts


Source = Callable[[Known], Proposal | None]


def lightfm(known: Known) -> Proposal | None:
    """The trained model's scores, in standard deviations above the mean of what may be offered.

    They count the more, the more was done by the citizen and with the item.
    """
    wanted, model = known.wanted, known.model
    if model.ranker is None or not (wanted.history or wanted.facts):
        return None
    scores = _standardised(model.scores(wanted.history, wanted.facts), known.open)
    done = sum(weight for item, weight in wanted.history if model.is_trained(item))
    # Told facts are worth as much as one thing that was done.
    said = done + (1.0 if wanted.facts else 0.0)
    return Proposal(scores, trust=said / (said + 2.0) * known.of_all.trust)


def _standardised(column: Scores, among: Mask) -> Scores:
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
        places, found = known.model.near(seed.place)
        weighed = found * np.float32(seed.weight)
        better = weighed > scores[places]
        scores[places[better]], owed[places[better]] = weighed[better], number
        for place, paper in columns.suppliers(seed.place).items():
            if seed.weight >= scores[place]:
                scores[place], owed[place], papers[place] = seed.weight, number, paper
    return Proposal(_to_one(scores, known.open), owed=owed, seeds=seeds, papers=papers)


def life_event(known: Known) -> Proposal | None:
    """Items of the events that profile, conversation or the latest items show."""
    columns = known.columns
    scores = np.zeros(len(columns), dtype=np.float32)
    owed = np.full(len(columns), -1, dtype=np.int64)
    shown = [event for event in known.wanted.events if event in columns.events]
    for number, event in enumerate(shown):
        places = columns.events[event]
        sure = columns.event_sure[event] * known.wanted.events[event]
        better = sure > scores[places]
        places = places[better]
        scores[places], owed[places] = sure[better], number
    return Proposal(scores, owed=owed, events=shown) if shown else None


def eligible(known: Known) -> Proposal | None:
    """What the told facts make a citizen eligible for, the more if that is true of few."""
    scores = np.where(known.standing.truth > 0, known.columns.telling, 0).astype(np.float32)
    scores[scores < _LEAST_TELLING] = 0
    return Proposal(scores) if known.wanted.facts and scores.any() else None


def popular(known: Known) -> Proposal | None:
    """What many citizens of the district look for; where nobody there does, what many of all do."""
    of_region = bool((known.of_region.of * known.open).max(initial=0.0) > 0)
    counts = known.of_region if of_region else known.of_all
    scores = _to_one(counts.logs, known.open)
    return Proposal(scores, of_region=of_region, counts=counts.of) if scores.any() else None


def new(known: Known) -> Proposal | None:
    """What was published lately, unless that is much of the catalogue."""
    columns = known.columns
    age = known.wanted.today.toordinal() - columns.since
    fresh = (age >= 0) & (age < NEW_DAYS)
    if not fresh.any() or fresh.all() or fresh.sum() > max(1, _MOST_NEW * len(columns)):
        return None
    return Proposal(np.where(fresh, 1 - age / NEW_DAYS, 0.0).astype(np.float32))


def _to_one(scores: Scores, among: Mask) -> Scores:
    """Scaled so that the best of what may be offered has 1."""
    best = np.where(among, scores, 0).max(initial=0.0)
    return np.asarray(scores / best, dtype=np.float32) if best > 0 else np.zeros_like(scores)
