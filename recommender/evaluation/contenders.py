"""Who offers items in a made-up city: the recommender that serves citizens, and what is popular."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.catalogue.regions import scope
from recommender.evaluation.stage import Stage
from recommender.interactions.weights import InteractionWeights
from recommender.models import CitizenState, ItemTraits
from recommender.ports import Models, Ranker
from recommender.serving.recommending import Recommender


class Contender(Protocol):
    """Offers items at the stage's minute."""

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """At most `k` ids, the best first."""
        ...


class Ours:
    """The recommender that serves.

    Args:
        models: Of which it uses the one in use; those of the stage where nothing else is said.
    """

    def __init__(self, stage: Stage, models: Models | None = None) -> None:
        self._clock = stage.clock
        self._recommender = Recommender(
            stage.items, stage.popularity, models or stage.models, InteractionWeights()
        )

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """As the page offers them."""
        found = self._recommender.recommend(state, k, self._clock.today(), self._clock.now())
        return [one.item.id for one in found.items]


class NoModels:
    """Where none was trained."""

    def current(self) -> Ranker | None:
        """None."""
        return None


class Popular:
    """What most citizens looked for lately, in the district or in all of the city.

    What the citizen has dealt with or dismissed is left out, as is what is sensitive or of another district:
    whoever lists what is popular would do so too.

    Args:
        everywhere: In all of the city; else that only orders what is equal in the district.
    """

    def __init__(self, stage: Stage, *, everywhere: bool = False) -> None:
        self._stage = stage
        self._everywhere = everywhere

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """The most popular of what is new to the citizen."""
        today = self._stage.clock.today()
        of_all = self._stage.popularity.counts(None, today)
        here = of_all if self._everywhere else self._stage.popularity.counts(state.region, today)
        open_ = [item for item in self._stage.items.all().values() if _is_open(item, state)]
        open_.sort(key=lambda item: (-here.get(item.id, 0.0), -of_all.get(item.id, 0.0), item.id))
        return [item.id for item in open_[:k]]


def _is_open(item: ItemTraits, state: CitizenState) -> bool:
    known = {one.item_id for one in state.recent} | state.done | state.dismissed_items
    within = scope(state.region) if state.region else ()
    is_dismissed = item.theme is not None and item.theme in state.dismissed_themes
    return not item.sensitive and item.region in within and item.id not in known and not is_dismissed
