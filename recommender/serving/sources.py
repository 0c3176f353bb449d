"""Where recommendations come from: named sources that each score the catalogue. Pure but for their ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from recommender.eligible_matrix import Standing
from recommender.serving.aligned import Aligned, Near
from recommender.serving.columns import Columns, Mask, Places, Scores
from recommender.serving.wanted import Seed, Wanted

NEW_DAYS: Final = 30
# Where more of the catalogue is that young, it was imported, and nothing of it is news.
_MOST_NEW: Final = 0.15


@dataclass(frozen=True, slots=True)
class Owed:
    """To what a place is owed: an item to start from, with the paper got for it there; or an event."""

    seed: Seed | None = None
    paper: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a source says.

    Attributes:
        scores: (n,) float32 from 0 to 1; 0 where it proposes nothing.
        trust: (n,) float32 or one number, 0 to 1: how much its word counts for each item.
        owed: Of a source that starts from items or events: to which of them a place is owed that it proposes.
        of_region: It speaks of the citizen's district, not of all.
        counts: How many citizens stand behind a place, where that is what it counts.
    """

    scores: Scores
    trust: Scores | float = 1.0
    owed: Callable[[int], Owed] | None = None
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
        scored: (n,) the model's scores where they are known already, as of many citizens at once.
    """

    columns: Columns
    wanted: Wanted
    standing: Standing
    open: Mask
    model: Aligned
    of_region: Counts
    of_all: Counts
    scored: Scores | None = None


Source = Callable[[Known], Proposal | None]


def lightfm(known: Known) -> Proposal | None:
    """The trained model's scores, in standard deviations above the mean of what may be offered.

    They count the more, the more was done by the citizen and with the item.
    """
    wanted, model = known.wanted, known.model
    if model.ranker is None or not (wanted.history or wanted.facts):
        return None
    column = model.scores(wanted.history, wanted.facts) if known.scored is None else known.scored
    scores = _standardised(column, known.open)
    done = sum(weight for item, weight in wanted.history if model.is_trained(item))
    # Told facts are worth as much as one thing that was done.
    said = done + (1.0 if wanted.facts else 0.0)
    return Proposal(scores, trust=said / (said + 2.0) * known.of_all.trust)


def _standardised(column: Scores, among: Mask) -> Scores:
    counted = np.isfinite(column)
    # Multiplying is several times as fast as choosing, but of what is no number it makes no zero.
    known: Scores = column * among if counted.all() else np.where(counted, column, np.float32(0)) * among
    counted &= among
    known -= known.sum() / np.float32(np.count_nonzero(counted) or 1)
    known *= counted
    np.maximum(known, 0, out=known)
    # Divided by their deviation and then by the best of them: the deviation makes no difference.
    best = known.max(initial=0)
    if best > 0:
        known /= best
    return known


def similar(known: Known) -> Proposal | None:
    """What goes with the latest items and with what is looked at: by the model, else by content.

    Before either comes the item that gives a paper which has to be brought to one of them.
    """
    columns, seeds = known.columns, known.wanted.seeds
    if not seeds:
        return None
    pairs: list[tuple[Places, Scores]] = [
        *((near.places, near.scores * np.float32(seed.weight)) for seed, near in _nearby(known)),
        *((_places(suppliers), np.full(1, seed.weight, np.float32)) for seed, suppliers in _supplied(known)),
    ]
    return Proposal(_to_one(_best_of(len(columns), pairs), known.open), owed=partial(_owed_to_seed, known))


def _nearby(known: Known) -> list[tuple[Seed, Near]]:
    return [(seed, known.model.near(seed.place)) for seed in known.wanted.seeds]


def _supplied(known: Known) -> list[tuple[Seed, Mapping[int, str]]]:
    found = ((seed, known.columns.suppliers(seed.place)) for seed in known.wanted.seeds)
    return [(seed, suppliers) for seed, suppliers in found if suppliers]


def _owed_to_seed(known: Known, place: int) -> Owed:
    """The seed that gives a place its score; of equal ones where a paper is got before what is alike."""
    best, owed = 0.0, Owed()
    for seed, near in _nearby(known):
        weighed = near.score(place) * seed.weight
        if weighed > best:
            best, owed = weighed, Owed(seed)
        paper = known.columns.suppliers(seed.place).get(place)
        if paper is not None and seed.weight >= best:
            best, owed = seed.weight, Owed(seed, paper)
    return owed


def life_event(known: Known) -> Proposal | None:
    """Items of the events that profile, conversation or the latest items show."""
    columns = known.columns
    shown = [(event, sure) for event, sure in known.wanted.events.items() if event in columns.events]
    if not shown:
        return None
    pairs = [(columns.events[event], columns.event_sure[event] * np.float32(sure)) for event, sure in shown]
    return Proposal(_best_of(len(columns), pairs), owed=partial(_owed_to_event, columns, shown))


def _owed_to_event(columns: Columns, shown: Sequence[tuple[str, float]], place: int) -> Owed:
    """The surest of its events; of equal ones the first."""
    own = [(event, sure) for event, sure in shown if event in columns.event_names[place]]
    return Owed(event=max(own, key=lambda one: one[1])[0])


def _best_of(count: int, pairs: Sequence[tuple[Places, Scores]]) -> Scores:
    """(count,) float32, at each place the largest of what these have for it, at least 0."""
    scores = np.zeros(count, dtype=np.float32)
    for places, values in pairs:
        scores[places] = np.maximum(scores[places], values)
    return scores


def _places(suppliers: Mapping[int, str]) -> Places:
    return np.fromiter(suppliers, dtype=np.int64, count=len(suppliers))


def eligible(known: Known) -> Proposal | None:
    """What the told facts make a citizen eligible for, the more if that is true of few."""
    if not known.wanted.facts:
        return None
    scores = known.columns.telling * (known.standing.truth > 0)
    return Proposal(scores) if scores.any() else None


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
    best = (scores * among).max(initial=0.0)
    return scores / best if best > 0 else np.zeros_like(scores)
