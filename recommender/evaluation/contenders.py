"""Who offers items in a made-up city: the recommender that serves citizens, and what is popular."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.catalogue.regions import scope
from recommender.evaluation.stage import Stage
from recommender.models import CitizenState, ItemTraits


class Contender(Protocol):
    """Offers items at the stage's minute."""

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """At most `k` ids, the best first."""
        ...


class Ours:
    """The recommender that serves."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """As the page offers them."""
        clock = self._stage.clock
        found = self._stage.recommender.recommend(state, k, clock.today(), clock.now())
        return [one.item.id for one in found.items]


class Popular:
    """What most citizens of the district looked for lately, of equal ones what most of all did.

    What the citizen has dealt with or dismissed is left out, as is what is sensitive or of another district:
    whoever lists what is popular would do so too.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """The most popular of what is new to the citizen."""
        today = self._stage.clock.today()
        here = self._stage.popularity.counts(state.region, today)
        everywhere = self._stage.popularity.counts(None, today)
        open_ = [item for item in self._stage.items.all().values() if _is_open(item, state)]
        open_.sort(key=lambda item: (-here.get(item.id, 0.0), -everywhere.get(item.id, 0.0), item.id))
        return [item.id for item in open_[:k]]


def _is_open(item: ItemTraits, state: CitizenState) -> bool:
    known = {one.item_id for one in state.recent} | state.done | state.dismissed_items
    within = scope(state.region) if state.region else ()
    is_dismissed = item.theme is not None and item.theme in state.dismissed_themes
    return not item.sensitive and item.region in within and item.id not in known and not is_dismissed
