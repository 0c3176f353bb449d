"""One list of recommendations: the steps in order, around the ports."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Final

import numpy as np

from core.logs import defect
from recommender.eligibility import assess_rule
from recommender.eligible_matrix import Standing
from recommender.models import CitizenState, ItemTraits, Recommendation, Recommended
from recommender.ports import Items, Models, Popularity, Ranker, Weights
from recommender.serving.blending import Blend, blended, owed_to
from recommender.serving.columns import Columns, Mask, Scores
from recommender.serving.diversifying import diversified, wants_business
from recommender.serving.excluding import excluded, left_over
from recommender.serving.reasons import reason
from recommender.serving.recipe import FALLBACK, SOURCES, Recipe
from recommender.serving.sources import Known, Proposal
from recommender.serving.wanted import Wanted, read

MOST: Final = 50
# A catalogue that changes all the time is asked so often; then what is left has to do.
_CHECKS: Final = 4
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Course:
    """What each step of one list came to.

    Attributes:
        masks: By reason: (n,) bool, what it keeps away.
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
        course = self.course(state, k, today, now, context, only_sources)
        told = tuple(self.told(course, place) for place in course.chosen)
        model = course.ranker.version if course.ranker is not None and "lightfm" in course.proposals else None
        return Recommended(told, state.personalized, model)

    def course(
        self,
        state: CitizenState,
        k: int,
        today: date,
        now: datetime,
        context: tuple[int, ...] = (),
        only_sources: Collection[str] | None = None,
    ) -> Course:
        """The same with all that led to it; parameters and errors as in `recommend`."""
        columns = self._columns()
        wanted = read(state, columns, self._weights, k=min(k, MOST), today=today, now=now, context=context)
        standing = columns.rules.standing(wanted.facts)
        masks = excluded(columns, wanted, standing)
        open_ = left_over(columns, masks)
        ranker = self._models.current() if state.personalized else None
        known = Known(columns, wanted, standing, open_, ranker, *self._counts(columns, wanted))
        names = self._recipe.taking_part(personal=state.personalized, only=only_sources)
        proposals = _proposals(names, known)
        seeds = [seed.place for seed in wanted.seeds]
        for_business = wants_business(columns, seeds, wanted.facts.get("business_owner"))
        blend = blended(known, proposals, self._recipe, for_business=for_business)
        chosen, unshown = self._checked(columns, wanted, blend.scores, for_business=for_business)
        return Course(columns, wanted, ranker, standing, masks, proposals, blend, chosen, unshown)

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

    def _counts(self, columns: Columns, wanted: Wanted) -> tuple[Scores, Scores]:
        nothing = np.zeros(len(columns), dtype=np.float32)
        of_all = self._count(columns, None, wanted.today)
        of_region = nothing if wanted.region is None else self._count(columns, wanted.region, wanted.today)
        return of_region, of_all

    def _count(self, columns: Columns, region: str | None, today: date) -> Scores:
        try:
            return columns.dense(self._popularity.counts(region, today)).clip(min=0)
        except Exception as error:
            log.warning("popularity is left out", extra=defect(error))
            return np.zeros(len(columns), dtype=np.float32)

    def _checked(
        self, columns: Columns, wanted: Wanted, scores: Scores, *, for_business: bool
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The best that the database shows now, and what it did not."""
        left, unshown = scores.copy(), list[int]()
        for _ in range(_CHECKS):
            chosen = diversified(columns, left, wanted.k, loss=self._recipe.alike, for_business=for_business)
            ids = [int(columns.ids[place]) for place in chosen]
            shown = self._items.shown(ids, wanted.region, wanted.today) if ids else frozenset()
            gone = [place for place, item in zip(chosen, ids, strict=True) if item not in shown]
            if not gone:
                return tuple(chosen), tuple(unshown)
            unshown += gone
            left[gone] = 0
        return tuple(place for place in chosen if place not in gone), tuple(unshown)

    def told(self, course: Course, place: int) -> Recommendation:
        """An item that was chosen, as it is offered."""
        item, wanted = course.columns.items[place], course.wanted
        source = owed_to(course.blend, place) or FALLBACK
        district = self._names(wanted.region) if wanted.region else None
        return Recommendation(
            item,
            source,
            reason(
                source, place, course.proposals.get(source), wanted, course.columns, course.ranker, district
            ),
            float(course.blend.scores[place]),
            assess_rule(item.rule, wanted.facts),
        )


def _proposals(names: Sequence[str], known: Known) -> dict[str, Proposal]:
    """What each source says; one that fails is left out, and the others stand."""
    found: dict[str, Proposal] = {}
    for name in names:
        try:
            proposal = SOURCES[name](known)
        except Exception as error:
            log.warning("a source of recommendations is left out", extra={"source": name, **defect(error)})
            continue
        if proposal is not None:
            found[name] = proposal
    return found
