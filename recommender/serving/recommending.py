"""One list of recommendations: the steps in order, around the ports."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import Final

import numpy as np

from core.catalogue.rules import Rule, Scalar
from core.logs import defect
from recommender.eligibility import Assessment, assess_rule
from recommender.eligible_matrix import Standing
from recommender.models import CitizenState, ItemTraits, Recommendation, Recommended
from recommender.ports import Items, Models, Popularity, Ranker, Weights
from recommender.questions import asked_first
from recommender.serving.aligned import Aligned
from recommender.serving.blending import Blend, Shares, blended, owed_to
from recommender.serving.columns import Columns, Mask, Scores
from recommender.serving.diversifying import diversified, wants_business
from recommender.serving.excluding import excluded, left_over
from recommender.serving.reasons import reason
from recommender.serving.recipe import ALIKE, NON_PERSONAL, SOURCES, Recipe
from recommender.serving.sources import Counts, Known, Proposal
from recommender.serving.wanted import Wanted, read

MOST: Final = 50
# A catalogue that changes all the time is asked so often; then what is left has to do.
_CHECKS: Final = 4
# So often a list is made anew of a catalogue that was changed while it was made.
_MADE_ANEW: Final = 2
# So many are recommended to at once: what is worked on stays in the processor's cache.
_AT_ONCE: Final = 32
_MOST_COUNTED: Final = 256
_MOST_TOLD: Final = 256
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Course:
    """What each step of one list came to.

    Attributes:
        masks: By reason: (n,) bool, what it keeps away.
        for_business: What is for legal persons is as welcome as the rest.
        chosen: Places, the best first; each was found to be shown now.
        unshown: Places that the database said no to, though the snapshot had them.
    """

    columns: Columns
    wanted: Wanted
    ranker: Ranker | None
    standing: Standing
    masks: Mapping[str, Mask]
    proposals: Mapping[str, Proposal]
    blend: Blend
    for_business: bool
    chosen: tuple[int, ...]
    unshown: tuple[int, ...]


class Recommender:
    """Safe to use from several threads. Its methods block: items and popularity may ask the database.

    Args:
        names: Names a district by its code.
    """

    def __init__(
        self,
        items: Items,
        popularity: Popularity,
        models: Models,
        weights: Weights,
        recipe: Recipe | None = None,
        names: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._items = items
        self._popularity = popularity
        self._models = models
        self._weights = weights
        self._recipe = recipe or Recipe()
        self._names = names
        self._laid_out: tuple[Mapping[int, ItemTraits], Columns] | None = None
        self._laying_out = Lock()
        self._with_model: Aligned | None = None
        self._without: Aligned | None = None
        self._failed: set[tuple[str, str | None, str]] = set()
        self._counted: dict[str | None, tuple[Columns, Mapping[int, float], Counts]] = {}

    def recommend(
        self,
        state: CitizenState,
        k: int,
        today: date,
        now: datetime,
        context: tuple[int, ...] = (),
        only_sources: Collection[str] | None = None,
    ) -> Recommended:
        """At most `k` items that may be shown now, each with its reason; the best first.

        Args:
            context: Items that are looked at now: starting points of a personalised list, in none themselves.
            only_sources: Names of the sources that take part; all of the recipe for None.

        Raises:
            Unavailable: The database does not answer, so that nothing is known to be shown.
        """
        return self.recommended(self.course(state, k, today, now, context, only_sources))

    def recommended(self, course: Course) -> Recommended:
        """A list as it is offered."""
        shares = course.blend.shares(course.chosen)
        told = self.told(course, shares)
        model = course.ranker.version if course.ranker is not None and "lightfm" in course.proposals else None
        return Recommended(told, is_personal(course, shares), model)

    def recommend_many(
        self, states: Sequence[CitizenState], k: int, today: date, now: datetime
    ) -> list[Recommended]:
        """What `recommend` gives each of many citizens, with less work for each.

        The model scores them and the database is asked for all of one district together.

        Raises:
            Unavailable: The database does not answer, so that nothing is known to be shown.
        """
        found: list[Recommended] = []
        for first in range(0, len(states), _AT_ONCE):
            found += self._some(states[first : first + _AT_ONCE], k, today, now)
        return found

    def _some(self, states: Sequence[CitizenState], k: int, today: date, now: datetime) -> list[Recommended]:
        columns = self._columns()
        read_ones = [
            read(state, columns, self._weights, k=min(k, MOST), today=today, now=now) for state in states
        ]
        scored = self._scored(columns, read_ones)
        made = [self._made(columns, one, None, row) for one, row in zip(read_ones, scored, strict=True)]
        shown = self._shown_to(columns, made)
        return [
            self.recommended(course)
            if all(columns.items[place].id in shown[course.wanted.region] for place in course.chosen)
            else self.recommend(course.wanted.state, k, today, now)
            for course in made
        ]

    def _scored(self, columns: Columns, wanted: Sequence[Wanted]) -> Sequence[Scores | None]:
        """The model's scores of those who have any, by one look at the model."""
        model = self._aligned(columns, self._models.current())
        known = [number for number, one in enumerate(wanted) if one.state.personalized]
        if model.ranker is None or not known:
            return [None] * len(wanted)
        try:
            histories, facts = [wanted[one].history for one in known], [wanted[one].facts for one in known]
            table = model.scores_of_many(histories, facts)
        except Exception:
            # Whose list fails is told when it is made.
            return [None] * len(wanted)
        rows = dict(zip(known, table, strict=True))
        return [rows.get(number) for number in range(len(wanted))]

    def _shown_to(self, columns: Columns, made: Sequence[Course]) -> dict[str | None, frozenset[int]]:
        """By district: ids of those of all chosen items that the database shows there now."""
        chosen: dict[str | None, set[int]] = defaultdict(set)
        for course in made:
            chosen[course.wanted.region].update(course.chosen)
        return {
            region: self._shown(
                [columns.items[place] for place in sorted(places)], region, made[0].wanted.today
            )
            for region, places in chosen.items()
        }

    def _shown(self, items: Sequence[ItemTraits], region: str | None, today: date) -> frozenset[int]:
        return self._items.shown(items, region, today) if items else frozenset()

    def course(
        self,
        state: CitizenState,
        k: int,
        today: date,
        now: datetime,
        context: tuple[int, ...] = (),
        only_sources: Collection[str] | None = None,
    ) -> Course:
        """The same as `recommend` with all that led to it; parameters and errors as there."""
        for _ in range(_MADE_ANEW):
            columns = self._columns()
            wanted = read(
                state, columns, self._weights, k=min(k, MOST), today=today, now=now, context=context
            )
            course = self._checked(self._made(columns, wanted, only_sources))
            # An item that the database tells otherwise than it was read: the whole list may be another.
            if not course.unshown or self._columns() is columns:
                break
        return course

    def _made(
        self,
        columns: Columns,
        wanted: Wanted,
        only: Collection[str] | None,
        scored: Scores | None = None,
    ) -> Course:
        """A list that the database was not asked about yet."""
        state = wanted.state
        standing = columns.rules.standing(wanted.facts)
        masks = excluded(columns, wanted, standing)
        open_ = left_over(columns, masks)
        model = self._aligned(columns, self._models.current() if state.personalized else None)
        known = Known(columns, wanted, standing, open_, model, *self._counts(columns, wanted), scored)
        names = self._recipe.taking_part(personal=state.personalized, only=only)
        proposals = self._proposals(names, known)
        seeds = [seed.place for seed in wanted.seeds]
        for_business = wants_business(columns, seeds, wanted.facts.get("business_owner"))
        blend = blended(known, proposals, for_business=for_business)
        chosen = diversified(columns, blend.scores, wanted.k, loss=ALIKE, for_business=for_business)
        return Course(
            columns, wanted, model.ranker, standing, masks, proposals, blend, for_business, tuple(chosen), ()
        )

    def _columns(self) -> Columns:
        traits = self._items.all()
        known = self._laid_out
        if known is not None and known[0] is traits:
            return known[1]
        # While one request lays a changed catalogue out, the others go on with the last.
        if known is not None and self._laying_out.locked():
            return known[1]
        with self._laying_out:
            known = self._laid_out
            if known is None or known[0] is not traits:
                known = self._laid_out = (traits, Columns(traits))
        return known[1]

    def _aligned(self, columns: Columns, ranker: Ranker | None) -> Aligned:
        last = self._with_model if ranker is not None else self._without
        if last is not None and last.columns is columns and last.ranker is ranker:
            return last
        if ranker is None:
            self._without = Aligned(columns, None)
            return self._without
        try:
            self._with_model = Aligned(columns, ranker)
        except Exception as error:
            self._tell_once("lightfm", ranker, error)
            return self._aligned(columns, None)
        return self._with_model

    def _counts(self, columns: Columns, wanted: Wanted) -> tuple[Counts, Counts]:
        of_all = self._count(columns, None, wanted.today)
        if wanted.region is None:
            return _nothing(columns), of_all
        return self._count(columns, wanted.region, wanted.today), of_all

    def _count(self, columns: Columns, region: str | None, today: date) -> Counts:
        try:
            counts = self._popularity.counts(region, today)
        except Exception as error:
            log.warning("popularity is left out", extra=defect(error))
            return _nothing(columns)
        last = self._counted.get(region)
        if last is not None and last[0] is columns and last[1] is counts:
            return last[2]
        dense = Counts.made(columns.dense(counts).clip(min=0))
        # Regions are those of the catalogue, but who calls may name any: only so many are kept.
        if len(self._counted) < _MOST_COUNTED or region in self._counted:
            self._counted[region] = columns, counts, dense
        return dense

    def _proposals(self, names: Sequence[str], known: Known) -> dict[str, Proposal]:
        """What each source says; one that fails is left out, and the others stand."""
        found: dict[str, Proposal] = {}
        for name in names:
            try:
                proposal = SOURCES[name](known)
            except Exception as error:
                self._tell_once(name, known.model.ranker, error)
                continue
            if proposal is not None:
                found[name] = proposal
        return found

    def _tell_once(self, source: str, ranker: Ranker | None, error: Exception) -> None:
        """Of each model and kind of error once, which else would be told with every list."""
        version = ranker.version if ranker is not None else None
        what = (source, version, type(error).__name__)
        if what in self._failed:
            return
        if len(self._failed) >= _MOST_TOLD:
            self._failed.clear()
        self._failed.add(what)
        known = {"source": source, "model": version, **defect(error)}
        log.warning("a source of recommendations is left out", extra=known)

    def _checked(self, course: Course) -> Course:
        """The best of a list that the database shows now, and what it did not."""
        columns, wanted = course.columns, course.wanted
        left, chosen, unshown = course.blend.scores.copy(), course.chosen, list[int]()
        for _ in range(_CHECKS):
            shown = self._shown([columns.items[place] for place in chosen], wanted.region, wanted.today)
            gone = [place for place in chosen if columns.items[place].id not in shown]
            if not gone:
                break
            unshown += gone
            left[gone] = 0
            last, chosen = (
                chosen,
                tuple(diversified(columns, left, wanted.k, loss=ALIKE, for_business=course.for_business)),
            )
        else:
            # Of what was chosen last nobody has said that it may be shown.
            chosen = tuple(place for place in last if place not in gone)
        return replace(course, chosen=chosen, unshown=tuple(unshown))

    def told(self, course: Course, shares: Shares) -> tuple[Recommendation, ...]:
        """The items that were chosen, as they are offered.

        Args:
            shares: Of the blend, for the chosen ones.
        """
        columns, wanted = course.columns, course.wanted
        district = self._names(wanted.region) if wanted.region else None
        sources = owed_to(shares, len(course.chosen))
        causes = _causes(course, sources)
        # What was told may be held against conditions with the consent `profile_facts` alone.
        facts = wanted.state.facts
        return tuple(
            Recommendation(
                columns.items[place],
                source,
                reason(
                    source, place, course.proposals.get(source), wanted, columns,
                    causes.get(place, ()), district,
                ),
                float(course.blend.scores[place]),
                _assessed(columns.items[place].rule, facts),
            )
            for place, source in zip(course.chosen, sources, strict=True)
        )  # fmt: skip


def _nothing(columns: Columns) -> Counts:
    return Counts.made(np.zeros(len(columns), dtype=np.float32))


def _assessed(rule: Rule | None, facts: Mapping[str, Scalar]) -> Assessment:
    """With the fact first that is worth asking for."""
    found = assess_rule(rule, facts)
    return found if rule is None else replace(found, verdict=asked_first(rule, found.verdict, facts))


def _causes(course: Course, sources: Sequence[str]) -> dict[int, list[tuple[int, float]]]:
    """By place: what of the history the model's proposals are owed to."""
    places = [place for place, source in zip(course.chosen, sources, strict=True) if source == "lightfm"]
    if course.ranker is None or not places:
        return {}
    owed = course.ranker.owed_to(course.wanted.history, course.columns.ids[places].tolist())
    return dict(zip(places, owed, strict=True))


def is_personal(course: Course, shares: Shares) -> bool:
    """Whether anything that is known of the citizen made the list what it is; `shares` of the chosen ones."""
    wanted, chosen = course.wanted, list(course.chosen)
    if not wanted.state.personalized or not chosen:
        return False
    by_sources = any(max(share) > 0 for name, share in shares.items() if name not in NON_PERSONAL)
    by_facts = bool(course.masks["not_eligible"].any() or course.standing.met[chosen].any())
    return by_sources or by_facts or wanted.region != wanted.state.region
