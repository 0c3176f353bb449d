"""Catalogues, citizens and a model that obey, and the example city."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from pydantic import TypeAdapter
from sqlalchemy import Engine

from core.catalogue.models import Region, ServiceItem, Status
from core.catalogue.rules import Scalar
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from recommender.models import CitizenState, Interaction, InteractionType, ItemTraits, Origin, Recommended
from recommender.ports import Ranker
from recommender.serving.items import PublishedItems
from recommender.serving.recipe import Recipe
from recommender.serving.recommending import Recommender
from tests.recommender.serving.absent import EvenWeights

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CITY = Path(__file__).resolve().parents[3] / "examples" / "shili"


@dataclass
class HeldItems:
    """A catalogue in memory; `hidden` are withdrawn behind the back of who read it last."""

    traits: Mapping[int, ItemTraits]
    hidden: set[int] = field(default_factory=set)
    asked: list[tuple[int, ...]] = field(default_factory=list)

    def all(self) -> Mapping[int, ItemTraits]:
        return self.traits

    def shown(self, items: Sequence[ItemTraits], region: str | None, today: date) -> frozenset[int]:
        self.asked.append(tuple(item.id for item in items))
        return frozenset(self.asked[-1]) - self.hidden


@dataclass
class HeldPopularity:
    """Counts by region; an error where it is told to fail."""

    by_region: dict[str | None, dict[int, float]] = field(default_factory=dict)
    error: Exception | None = None

    def counts(self, region: str | None, today: date) -> Mapping[int, float]:
        if self.error:
            raise self.error
        return self.by_region.get(region, {})


@dataclass
class HeldRanker:
    """A model that says what it is told; also the place where it is kept."""

    item_ids: NDArray[np.int64]
    values: NDArray[np.float32]
    causes: list[tuple[int, float]] = field(default_factory=list)
    pairs: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    version: str = "m1"
    error: Exception | None = None
    seen: list[tuple[Sequence[tuple[int, float]], Mapping[str, Scalar]]] = field(default_factory=list)

    def scores(
        self, history: Sequence[tuple[int, float]], facts: Mapping[str, Scalar]
    ) -> NDArray[np.float32]:
        if self.error:
            raise self.error
        self.seen.append((history, facts))
        return self.values

    def scores_of_many(
        self,
        histories: Sequence[Sequence[tuple[int, float]]],
        facts: Sequence[Mapping[str, Scalar]],
    ) -> NDArray[np.float32]:
        return np.stack([self.scores(*one) for one in zip(histories, facts, strict=True)])

    def owed_to(
        self, history: Sequence[tuple[int, float]], items: Sequence[int]
    ) -> list[list[tuple[int, float]]]:
        return [self.causes for _ in items]

    def similar(self, item: int, k: int) -> list[tuple[int, float]]:
        if self.error:
            raise self.error
        return self.pairs.get(item, [])[:k]

    def current(self) -> Ranker | None:
        return self


class NoRanker:
    """No model."""

    def current(self) -> Ranker | None:
        return None


@dataclass
class Scene:
    """A recommender over parts in memory."""

    items: HeldItems
    popularity: HeldPopularity = field(default_factory=HeldPopularity)
    models: Any = field(default_factory=NoRanker)
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def recommender(self) -> Recommender:
        names = {"990101": "东区", "990102": "西区"}
        return Recommender(self.items, self.popularity, self.models, EvenWeights(), self.recipe, names.get)

    def recommend(self, state: CitizenState, k: int = 5, **more: Any) -> Recommended:
        return self.recommender.recommend(state, k, TODAY, NOW, **more)


def make_item(number: int, **values: Any) -> ItemTraits:
    """An item of the city, long known."""
    plain = {"external_id": f"i{number}", "name": f"事项{number}", "region": "990100", "audience": ("个人",)}
    return ItemTraits(id=number, **{**plain, "since": NOW - timedelta(days=900), **values})


def make_act(item: int, kind: InteractionType = InteractionType.ASK, days_ago: float = 0) -> Interaction:
    """Something that a citizen did."""
    at = NOW - timedelta(days=days_ago)
    return Interaction(f"{kind}{item}{days_ago}", item, kind, Origin.SERVER, at)


def make_scene(*items: ItemTraits, **parts: Any) -> Scene:
    """A recommender over these items."""
    return Scene(HeldItems({item.id: item for item in items}), **parts)


@pytest.fixture(scope="session")
def made() -> dict[str, Callable[..., Any]]:
    """Makers, as tests cannot import this file."""
    return {
        "item": make_item, "act": make_act, "scene": make_scene, "ranker": HeldRanker,
        "popularity": HeldPopularity,
    }  # fmt: skip


def records(kind: type[Any], pattern: str, key: str) -> list[Any]:
    """What a pattern of files of the example city holds."""
    adapter = TypeAdapter(kind)
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(CITY.glob(pattern))]
    return [adapter.validate_python({**one["defaults"], **row}) for one in files for row in one[key]]


@pytest.fixture(scope="session")
def guides() -> list[ServiceItem]:
    return records(ServiceItem, "guides/*.yaml", "items")


@pytest.fixture
def city(engine: Engine, guides: list[ServiceItem]) -> PublishedItems:
    """The example city, published, in each database there is."""
    writes = CatalogueWrites(engine, FixedClock(NOW))
    writes.put_many([(guide, [], Status.PUBLISHED) for guide in guides])
    for region in records(Region, "regions.yaml", "regions"):
        writes.put_region(region)
    return PublishedItems(engine, polled_s=0)
