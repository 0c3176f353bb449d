"""One citizen's top 10 of 3,000 service items by a real model's arithmetic: in this process and over HTTP."""

from __future__ import annotations

import os
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

from bench.inboxing.portal import Place, opened
from bench.performance.filled import filled, keep
from bench.performance.ranking import PREDICTED, interactions, predicted_per_s, scores_per_s
from bench.performance.together import Run, citizens_per_s
from core.catalogue.models import Material, Outcome, Region, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Consents, Purpose
from core.citizens.notice import load_notice
from core.clock import SystemClock
from core.database.engine import open_engine, writing
from recommender.interactions.store import InteractionStore
from recommender.interactions.weights import InteractionWeights
from recommender.model import Model
from recommender.model.histories import Histories, by_citizen
from recommender.models import CitizenState, Interaction, InteractionType, Origin
from recommender.ports import Ranker
from recommender.profile.store import Changes, ProfileStore
from recommender.serving.columns import Columns
from recommender.serving.items import PublishedItems
from recommender.serving.recommending import Recommender

ITEMS: Final = 3_000
CITIZENS: Final = 300
EARLIER: Final = 1_000
K: Final = 10
WARMING: Final = 20
MANY: Final = 5_000
_DISTRICTS: Final = ("990101", "990102", "990103")
_CONDITIONS: Final = (
    *({"fact": "age", "op": "ge", "value": years} for years in (0, 16, 18, 50, 60, 80)),
    *({"fact": "age", "op": "le", "value": years} for years in (16, 35, 63)),
    *({"fact": name, "op": "eq", "value": True} for name in ("hukou_city", "resident", "married")),
    {"fact": "married", "op": "eq", "value": False},
    {"fact": "children", "op": "ge", "value": 1},
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """A model that is in use all the time."""

    model: Model

    def current(self) -> Ranker | None:
        """It."""
        return self.model


@dataclass(frozen=True)
class Counted:
    """Popularity that was counted beforehand."""

    by_region: Mapping[str | None, Mapping[int, float]]

    def counts(self, region: str | None, today: date) -> Mapping[int, float]:
        """What was counted."""
        return self.by_region.get(region, {})


def recommending(_: Path | None = None) -> dict[str, Any]:
    """Milliseconds of one list, lists and scores a second, and what a start and a change cost."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with opened(home, 1, with_redis=False) as place:
            fill(place.engine)
            items = PublishedItems(place.engine)
            load_ms = _milliseconds(lambda: items.all())
            laid_out_ms = _milliseconds(lambda: Columns(items.all()))
            traits = items.all()
            ids = np.array(sorted(traits), dtype=np.int64)
            model = filled(ids)
            keep(place.engine, model, [traits[int(one)].external_id for one in ids])
            recommender, states = _recommender(items, model), _states(ids)
            return {
                "items": len(ids),
                "load_ms": load_ms,
                "laid_out_ms": laid_out_ms,
                "in_process": _spread(_in_process(recommender, states)),
                "over_http": _spread(_over_http(place, ids)),
                "per_s": {
                    "full_recipe": citizens_per_s(_listing, place.settings.database_url),
                    "scores": scores_per_s(model, _histories(ids)),
                    "lightfm_predict": predicted_per_s(interactions(PREDICTED, ITEMS, 10 * PREDICTED)),
                },
            }


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


def _recommender(items: PublishedItems, model: Model) -> Recommender:
    chance = random.Random(2)
    counted = {region: {one: chance.random() * 50 for one in items.all()} for region in (None, *_DISTRICTS)}
    return Recommender(items, Counted(counted), Held(model), InteractionWeights(), names=items.region_name)


def _states(ids: NDArray[np.int64]) -> list[CitizenState]:
    chance, now = random.Random(3), datetime.now(UTC)
    return [_state(ids, chance, now) for _ in range(EARLIER + CITIZENS)]


def _in_process(recommender: Recommender, states: Sequence[CitizenState]) -> Iterator[float]:
    """Of citizens after others: those before them had the catalogue laid out, and neighbours found."""
    now = datetime.now(UTC)
    for state in states[:EARLIER]:
        recommender.recommend(state, K, now.date(), now)
    for state in states[EARLIER - WARMING :]:
        yield _milliseconds(partial(recommender.recommend, state, K, now.date(), now))


def _listing(database_url: str) -> Run:
    """Whole lists with reasons, checked against the database."""
    items = PublishedItems(open_engine(database_url))
    ids = np.array(sorted(items.all()), dtype=np.int64)
    chance, now = random.Random(os.getpid()), datetime.now(UTC)
    recommender, states = _recommender(items, filled(ids)), [_state(ids, chance, now) for _ in range(MANY)]

    def run() -> int:
        now = datetime.now(UTC)
        return len(recommender.recommend_many(states, K, now.date(), now))

    return run


def _histories(ids: NDArray[np.int64], citizens: int = 20_000, each: int = 10) -> Histories:
    chance = np.random.default_rng(4)
    users = np.repeat(np.arange(citizens), each)
    items = np.concatenate([chance.choice(len(ids), each, replace=False) for _ in range(citizens)])
    return by_citizen(users, items, np.ones(len(users), np.float32), citizens)


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


def _over_http(place: Place, ids: NDArray[np.int64]) -> Iterator[float]:
    """Of somebody who has agreed, told facts and asked before; every list has to be a personal one."""
    with httpx.Client(base_url=f"http://127.0.0.1:{place.port}", trust_env=False) as client:
        citizen = client.get("/api/conversation").raise_for_status().json()["conversation"]
        _make_known(place, str(citizen), ids)
        for number in range(CITIZENS + WARMING):
            region = _DISTRICTS[number % len(_DISTRICTS)]
            begun = time.perf_counter()
            response = client.get(f"/api/recommendations?k={K}&region={region}")
            yield (time.perf_counter() - begun) * 1000
            body = response.raise_for_status().json()
            if not body["personalized"] or len(body["items"]) != K:
                raise RuntimeError(f"no personal list of {K} items came over HTTP")


def _make_known(place: Place, citizen: str, ids: NDArray[np.int64]) -> None:
    settings, clock = place.settings, SystemClock()
    notice = load_notice(city=settings.city_name, hotline=settings.hotline, days=settings.transcript_days)
    version = notice.version
    given = {Purpose.PERSONALIZE: True, Purpose.PROFILE_FACTS: True}
    Consents(place.engine, clock, version).put(citizen, given, version)
    facts = {"age": 40, "hukou_city": True, "married": True}
    ProfileStore(place.engine, clock).change(citizen, Changes(facts=facts))
    store = InteractionStore(place.engine, clock, "bench" * 4)
    with writing(place.engine) as connection:
        for number in range(20):
            store.asked(connection, citizen, f"a{number}", int(ids[7 * number]), None, personal=True)


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return round((time.perf_counter() - begun) * 1000, 3)


def _spread(times_ms: Iterator[float]) -> dict[str, float]:
    p50, p95 = np.percentile(list(times_ms)[WARMING:], (50, 95))
    return {"p50_ms": round(float(p50), 3), "p95_ms": round(float(p95), 3)}
