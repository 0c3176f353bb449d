"""What serving asks of the rest: the citizen's state, what is popular, a trained model, the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.catalogue.rules import Scalar
from recommender.models import CitizenState, Interaction, ItemTraits


class Profiles(Protocol):
    """What is known of citizens; `recommender.profile.store.ProfileStore`. Blocks."""

    def state(self, citizen: str, region: str | None = None) -> CitizenState:
        """What may be used of the citizen now; what they did a moment ago is in it."""
        ...


class Popularity(Protocol):
    """What many citizens look for; `recommender.interactions.popularity.PopularItems`. Blocks."""

    def counts(self, region: str | None, today: date) -> Mapping[int, float]:
        """By item: distinct consenting citizens lately, later days counting more; all districts for None."""
        ...


class Ranker(Protocol):
    """A trained model; `recommender.model.Model`. Pure numpy, safe to share between threads.

    Attributes:
        version: As the model card names it.
        item_ids: (n,) int64, ids of the items it knows.
    """

    @property
    def version(self) -> str: ...

    @property
    def item_ids(self) -> NDArray[np.int64]: ...

    def scores(
        self, history: Sequence[tuple[int, float]], facts: Mapping[str, Scalar]
    ) -> NDArray[np.float32]:
        """(n,) scores for a citizen with this history of (item id, weight); unknown items are left out.

        They are comparable within one call; a larger one is better. Nothing known gives popularity's order.
        """
        ...

    def scores_of_many(
        self,
        histories: Sequence[Sequence[tuple[int, float]]],
        facts: Sequence[Mapping[str, Scalar]],
    ) -> NDArray[np.float32]:
        """(m, n) what `scores` gives each of m citizens, in less time."""
        ...

    def owed_to(
        self, history: Sequence[tuple[int, float]], items: Sequence[int]
    ) -> list[list[tuple[int, float]]]:
        """For each of these which items of the history its score is owed to, the largest share first.

        A list may be empty.
        """
        ...

    def similar(self, item: int, k: int) -> list[tuple[int, float]]:
        """The `k` items that go with one, the best first; empty for one that is unknown."""
        ...


class Models(Protocol):
    """The model in use; `recommender.training.pointer.ModelInUse`. Polls, and never raises."""

    def current(self) -> Ranker | None:
        """None where none was trained, or the artefact cannot be used."""
        ...


class Items(Protocol):
    """Traits of everything published; `recommender.serving.items.PublishedItems`. Blocks."""

    def all(self) -> Mapping[int, ItemTraits]:
        """By id, as of the catalogue's latest revision that was seen; a poll at most a second old."""
        ...

    def shown(self, items: Sequence[ItemTraits], region: str | None, today: date) -> frozenset[int]:
        """Ids of those that may be shown now as they were read, in one SQL query.

        They are published, in force, of the region, not sensitive and not changed meanwhile. Where one was
        changed, `all` reads anew when it is asked next.
        """
        ...


class Weights(Protocol):
    """How much an interaction says; `recommender.interactions.weights.InteractionWeights`. Pure."""

    def of(self, interaction: Interaction, now_s: float) -> float:
        """Weight after decay, negative for what was rated badly; `now_s` is seconds since the epoch (UTC)."""
        ...
