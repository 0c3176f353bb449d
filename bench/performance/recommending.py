"""One citizen's top 10 of 3,000 service items: in this process with a model's stand-in, and over HTTP."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from bench.inboxing.portal import opened
from core.catalogue.models import Material, Outcome, Region, ServiceItem, Status
from core.catalogue.rules import Scalar
from core.catalogue.writes import CatalogueWrites
from recommender.interactions.weights import InteractionWeights
from recommender.models import CitizenState, Interaction, InteractionType, Origin
from recommender.ports import Ranker
from recommender.serving.columns import Columns
from recommender.serving.items import PublishedItems
from recommender.serving.recommending import Recommender

ITEMS: Final = 3_000
CITIZENS: Final = 300
K: Final = 10
_SIZE: Final = 64
_DISTRICTS: Final = ("990101", "990102", "990103")
_CONDITIONS: Final = (
    *({"fact": "age", "op": "ge", "value": years} for years in (0, 16, 18, 50, 60, 80)),
    *({"fact": "age", "op": "le", "value": years} for years in (16, 35, 63)),
    *({"fact": name, "op": "eq", "value": True} for name in ("hukou_city", "resident", "married")),
    {"fact": "married", "op": "eq", "value": False},
    {"fact": "children", "op": "ge", "value": 1},
)  # fmt: skip


@dataclass(frozen=True)
class StandIn:
    """A model of random vectors: as much arithmetic as a trained one of this size."""

    item_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    version: str = "stand-in"

    def current(self) -> Ranker | None:
        """Itself."""
        return self

    def scores(
        self, history: Sequence[tuple[int, float]], facts: Mapping[str, Scalar]
    ) -> NDArray[np.float32]:
        """Nearness to the mean of the history."""
        found: NDArray[np.float32] = self.vectors @ self.vectors[self._places(history)].mean(axis=0)
        return found

    def owed_to(self, history: Sequence[tuple[int, float]], item: int) -> list[tuple[int, float]]:
        """The nearest of the history first."""
        shares = self.vectors[self._places(history)] @ self.vectors[np.searchsorted(self.item_ids, item)]
        owed = ((one[0], float(share)) for one, share in zip(history, shares, strict=True))
        return sorted(owed, key=lambda pair: -pair[1])

    def similar(self, item: int, k: int) -> list[tuple[int, float]]:
        """The nearest."""
        near = self.vectors @ self.vectors[np.searchsorted(self.item_ids, item)]
        return [(int(self.item_ids[place]), float(near[place])) for place in np.argsort(-near)[:k]]

    def _places(self, history: Sequence[tuple[int, float]]) -> NDArray[np.int64]:
        return np.searchsorted(self.item_ids, [item for item, _ in history])


@dataclass(frozen=True)
class Counted:
    """Popularity that was counted beforehand."""

    by_region: Mapping[str | None, Mapping[int, float]]

    def counts(self, region: str | None, today: date) -> Mapping[int, float]:
        """What was counted."""
        return self.by_region.get(region, {})


def recommending(_: Path | None = None) -> dict[str, Any]:
    """Milliseconds of one list, and what a start and a change cost."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with opened(home, 1, with_redis=False) as place:
            fill(place.engine)
            items = PublishedItems(place.engine)
            load_ms = _milliseconds(lambda: items.all())
            laid_out_ms = _milliseconds(lambda: Columns(items.all()))
            figures: dict[str, Any] = {
                "items": len(items.all()),
                "load_ms": load_ms,
                "laid_out_ms": laid_out_ms,
            }
            figures["in_process"] = _spread(_in_process(items))
            figures["over_http"] = _spread(_over_http(place.port))
    return figures


def fill(engine: Engine, seed: int = 1) -> None:
    """Publishes made-up service items of a city and three of its districts."""
    chance, writes = random.Random(seed), CatalogueWrites(engine)
    for code in _DISTRICTS:
        writes.put_region(Region(code=code, name=f"{code}区"))
    writes.put_many([(_item(number, chance), [], Status.PUBLISHED) for number in range(ITEMS)])


def _item(number: int, chance: random.Random) -> ServiceItem:
    conditions = chance.sample(_CONDITIONS, chance.randint(1, 4))
    return ServiceItem(
        external_id=f"bench-{number}",
        name=f"第{number}号事项办理",
        agency=f"第{number % 80}局",
        region=chance.choice(("000000", "990100", "990100", *_DISTRICTS)),
        theme=f"第{chance.randrange(40)}类",
        audience=["个人"],
        life_events=[f"第{one}件事" for one in chance.sample(range(60), chance.randint(0, 3))],
        eligibility={"all": conditions} if chance.random() < 0.8 else None,
        question_variants=[f"第{number}号事项怎么办，第{way}种问法" for way in range(8)],
        materials=[Material(name=f"第{chance.randrange(500)}号证明") for _ in range(6)],
        result=Outcome(name=f"第{chance.randrange(500)}号证明"),
    )


def _in_process(items: PublishedItems) -> Iterator[float]:
    rng, chance = np.random.default_rng(1), random.Random(2)
    ids = np.array(sorted(items.all()), dtype=np.int64)
    model = StandIn(ids, rng.normal(size=(len(ids), _SIZE)).astype(np.float32))
    counted = {region: {int(one): chance.random() * 50 for one in ids} for region in (None, *_DISTRICTS)}
    recommender = Recommender(items, Counted(counted), model, InteractionWeights(), names=items.region_name)
    now = datetime.now(UTC)
    states = [_state(ids, chance, now) for _ in range(CITIZENS)]
    # The first ones lay the catalogue out.
    for state in (*states[:20], *states):
        yield _milliseconds(partial(recommender.recommend, state, K, now.date(), now))


def _state(ids: NDArray[np.int64], chance: random.Random, now: datetime) -> CitizenState:
    recent = tuple(
        Interaction(
            f"e{days}",
            int(chance.choice(ids)),
            InteractionType.ASK,
            Origin.SERVER,
            now - timedelta(days=days),
        )
        for days in range(20)
    )
    facts = {"age": chance.randint(18, 90), "hukou_city": True, "married": chance.random() < 0.5}
    return CitizenState(True, facts, ("第1件事",), recent, region=chance.choice(_DISTRICTS))


def _over_http(port: int) -> Iterator[float]:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        client.get("/api/conversation").raise_for_status()
        for number in range(CITIZENS + 20):
            region = _DISTRICTS[number % len(_DISTRICTS)]
            yield _milliseconds(partial(client.get, f"/api/recommendations?k={K}&region={region}"))


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return round((time.perf_counter() - begun) * 1000, 3)


def _spread(times_ms: Iterator[float]) -> dict[str, float]:
    p50, p95 = np.percentile(list(times_ms)[20:], (50, 95))
    return {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}
