"""Who offers items in a made-up city: the recommender that serves citizens, and what is popular."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.catalogue.regions import scope
from recommender.evaluation.replay import Replay
from recommender.interactions.weights import InteractionWeights
from recommender.models import CitizenState, ItemTraits
from recommender.ports import Ranker
from recommender.serving.recommending import Recommender


class Contender(Protocol):
    """Offers items at the replay's minute."""

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """At most `k` ids, the best first."""
        ...


class Ours:
    """The recommender that serves; implements `recommender.ports.Models` with the model it is given.

    Attributes:
        ranker: The model in use; None where there is none.
    """

    def __init__(self, replay: Replay) -> None:
        self.ranker: Ranker | None = None
        self._replay = replay
        self._recommender = Recommender(replay, replay, self, InteractionWeights())

    def current(self) -> Ranker | None:
        """The model in use."""
        return self.ranker

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """As the page offers them."""
        replay = self._replay
        now = replay.instant(replay.minute)
        return [one.item.id for one in self._recommender.recommend(state, k, replay.today(), now).items]


class Popular:
    """What most citizens of the district looked for lately, of equal ones what most of all did.

    What the citizen has dealt with or dismissed is left out, as is what is sensitive or of another district:
    whoever lists what is popular would do so too.
    """

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def offered(self, state: CitizenState, k: int) -> Sequence[int]:
        """The most popular of what is new to the citizen."""
        replay = self._replay
        here = replay.counts(state.region, replay.today())
        everywhere = replay.counts(None, replay.today())
        known = {one.item_id for one in state.recent} | state.done | state.dismissed_items
        open_ = [item for item in replay.all().values() if self._is_open(item, state) and item.id not in known]
        open_.sort(key=lambda item: (-here.get(item.id, 0.0), -everywhere.get(item.id, 0.0), item.id))
        return [item.id for item in open_[:k]]

    def _is_open(self, item: ItemTraits, state: CitizenState) -> bool:
        within = scope(state.region) if state.region else ()
        return not item.sensitive and item.region in within and item.theme not in state.dismissed_themes
