"""What is recommended over HTTP: its shape, its limits, whose it is, and what holds while a part is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from apps.portal.recommending import RecommendingService
from core.catalogue.models import Region, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.errors import Unavailable
from recommender.models import CitizenState, Interaction, InteractionType, Origin
from recommender.serving.opening import Parts, Serving, open_serving
from tests.recommender.serving.absent import EvenWeights, NoModel, NothingPopular

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GUIDES = [
    ServiceItem(external_id="yb", name="新生儿医保", region="990100", life_events=["生育"], theme="社保"),
    ServiceItem(external_id="cs", name="出生证", region="990100", agency="卫健委", life_events=["生育"],
                theme="生育", eligibility={"fact": "children", "op": "ge", "value": 1}),
    ServiceItem(external_id="dq", name="东区补贴", region="990101", theme="补贴", aliases=["东补", "区补"]),
    ServiceItem(external_id="xq", name="西区补贴", region="990102", theme="补贴"),
    ServiceItem(external_id="lh", name="离婚登记", region="990100", sensitive=True, theme="婚姻"),
]  # fmt: skip


class Profiles:
    """Says of everybody the same, or fails."""

    def __init__(self, state: CitizenState) -> None:
        self.known = state
        self.error: Exception | None = None
        self.asked: list[str] = []

    def state(self, citizen: str, region: str | None = None) -> CitizenState:
        self.asked.append(citizen)
        if self.error:
            raise self.error
        return replace(self.known, region=region)


def fill(engine: Engine) -> dict[str, int]:
    """Publishes the guides; their numbers."""
    writes = CatalogueWrites(engine, FixedClock(NOW))
    for code, name in {"990101": "东区", "990102": "西区"}.items():
        writes.put_region(Region(code=code, name=name))
    put = writes.put_many([(guide, [], Status.PUBLISHED) for guide in GUIDES])
    return {guide.external_id: one.key.id for guide, one in zip(GUIDES, put, strict=True)}


@pytest.fixture
def numbers(portal: Any) -> dict[str, int]:
    return fill(portal.engine)


def serving(engine: Engine, profiles: Profiles) -> Serving:
    """Serving over these profiles, without a model."""
    parts = Parts(profiles, NothingPopular(), NoModel(), EvenWeights())
    return open_serving(engine, "similar,life_event,popular,new", parts)


@pytest.fixture
def profiles(portal: Any, numbers: dict[str, int]) -> Profiles:
    """What is known of everybody: they asked about the newborn's insurance."""
    ask = Interaction("e", numbers["yb"], InteractionType.ASK, Origin.SERVER, NOW)
    known = Profiles(CitizenState(personalized=True, facts={"children": 1}, recent=(ask,)))
    recommending = RecommendingService(
        serving(portal.engine, known), portal.services.conversations.region, portal.clock
    )
    suggesting = replace(portal.services.suggesting, recommending=recommending)
    portal.services = replace(portal.services, suggesting=suggesting)
    return known


async def with_cookie(portal: Any) -> httpx.AsyncClient:
    """A citizen whom the portal has seen."""
    citizen: httpx.AsyncClient = portal.citizen()
    await citizen.get("/api/conversation")
    return citizen


async def names(citizen: httpx.AsyncClient, query: str = "") -> list[str]:
    """Names of what is recommended."""
    response = await citizen.get(f"/api/recommendations{query}")
    assert response.status_code == 200, response.text
    return [item["name"] for item in response.json()["items"]]


async def test_an_item_comes_with_reason_and_eligibility(
    portal: Any, profiles: Profiles, numbers: dict[str, int]
) -> None:
    body = (await (await with_cookie(portal)).get("/api/recommendations?k=1")).json()
    assert body == {
        "items": [
            {
                "item_id": numbers["cs"], "name": "出生证", "agency": "卫健委", "theme": "生育",
                "reason": "与“出生”这件事常一起办", "source": "life_event",
                "eligibility": {
                    "verdict": "eligible", "met": 1, "total": 1, "missing": [],
                    "text": body["items"][0]["eligibility"]["text"],
                },
                "url": f"/api/items/{numbers['cs']}",
            }
        ],
        "personalized": True,
    }  # fmt: skip


async def test_without_a_cookie_nobody_is_looked_up(portal: Any, profiles: Profiles) -> None:
    response = await portal.citizen().get("/api/recommendations")
    assert response.json()["personalized"] is False
    assert "set-cookie" not in response.headers
    assert profiles.asked == []


async def test_a_citizen_may_do_without_the_profile(portal: Any, profiles: Profiles) -> None:
    citizen = await with_cookie(portal)
    assert "新生儿医保" not in await names(citizen)
    body = (await citizen.get("/api/recommendations?personal=false")).json()
    assert body["personalized"] is False
    assert {item["source"] for item in body["items"]} <= {"popular", "new", "fallback"}
    assert "新生儿医保" in [item["name"] for item in body["items"]]


async def test_what_was_put_off_stays_away_without_the_profile_too(portal: Any, profiles: Profiles) -> None:
    profiles.known = replace(profiles.known, dismissed_themes=frozenset({"社保"}))
    assert "新生儿医保" not in await names(await with_cookie(portal), "?personal=false")


async def test_what_is_looked_at_is_a_starting_point(
    portal: Any, profiles: Profiles, numbers: dict[str, int]
) -> None:
    profiles.known = CitizenState(personalized=True)
    citizen = await with_cookie(portal)
    assert (await names(citizen, f"?k=1&context={numbers['yb']}")) == ["出生证"]


async def test_the_district_is_that_of_the_question_or_the_conversation(
    portal: Any, profiles: Profiles
) -> None:
    citizen = await with_cookie(portal)
    assert "东区补贴" in await names(citizen, "?region=990101")
    assert not {"东区补贴", "西区补贴"} & set(await names(citizen))
    assert not {"东区补贴", "西区补贴"} & set(await names(citizen, "?region=999999"))
    portal.services.conversations.visit(profiles.asked[0], "990102")
    assert "西区补贴" in await names(citizen)


async def test_a_withdrawn_item_is_gone_at_once(portal: Any, profiles: Profiles) -> None:
    citizen = await with_cookie(portal)
    assert "出生证" in await names(citizen)
    CatalogueWrites(portal.engine, FixedClock(NOW)).withdraw("item", "cs")
    assert "出生证" not in await names(citizen)


@pytest.mark.parametrize(
    "query", ["k=0", "k=21", "k=x", "context=0", "context=9999999999", "region=9", "personal=x"]
)
async def test_wrong_questions_are_422(citizen: httpx.AsyncClient, query: str) -> None:
    response = await citizen.get(f"/api/recommendations?{query}")
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_input")


@pytest.mark.parametrize("query", ["", "?personal=false"])
async def test_of_whom_it_is_not_known_what_they_put_off_is_offered_nothing(
    portal: Any, profiles: Profiles, query: str
) -> None:
    citizen = await with_cookie(portal)
    assert await names(citizen, query)
    profiles.error = Unavailable("redis")
    body = (await citizen.get(f"/api/recommendations{query}")).json()
    assert body == {"items": [], "personalized": False}


async def test_a_list_that_owes_nothing_to_the_citizen_is_not_called_personal(
    portal: Any, profiles: Profiles
) -> None:
    profiles.known = CitizenState(personalized=True)
    body = (await (await with_cookie(portal)).get("/api/recommendations")).json()
    assert body["personalized"] is False
    assert body["items"]


async def test_told_facts_are_held_against_the_conditions_without_the_other_consent(
    portal: Any, profiles: Profiles, numbers: dict[str, int]
) -> None:
    profiles.known = CitizenState(facts={"children": 1})
    citizen = await with_cookie(portal)
    found = (await citizen.get("/api/recommendations")).json()
    verdicts = {one["item_id"]: one["eligibility"]["verdict"] for one in found["items"]}
    assert (found["personalized"], verdicts[numbers["cs"]]) == (False, "eligible")
    without = (await citizen.get("/api/recommendations?personal=false")).json()
    assert [one["item_id"] for one in without["items"]] == [one["item_id"] for one in found["items"]]
    verdicts = {one["item_id"]: one["eligibility"]["verdict"] for one in without["items"]}
    assert verdicts[numbers["cs"]] == "unknown"


@pytest.mark.parametrize("error", [Unavailable("db"), RuntimeError("a defect")])
async def test_what_cannot_be_checked_does_not_leave(
    portal: Any, profiles: Profiles, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    citizen = await with_cookie(portal)
    assert await names(citizen)
    monkeypatch.setattr("recommender.serving.items.PublishedItems.shown", fail)
    body = (await citizen.get("/api/recommendations")).json()
    assert body == {"items": [], "personalized": False}


async def test_it_counts_as_a_search(make_portal: Any) -> None:
    portal = make_portal(rate_per_minute=2)
    citizen = await with_cookie(portal)
    statuses = [(await citizen.get("/api/recommendations")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_an_empty_catalogue_recommends_nothing(citizen: httpx.AsyncClient) -> None:
    assert (await citizen.get("/api/recommendations")).json() == {"items": [], "personalized": False}


def test_both_databases_give_the_same_list(engine: Engine) -> None:
    numbers = fill(engine)
    ask = Interaction("e", numbers["yb"], InteractionType.ASK, Origin.SERVER, NOW)
    known = serving(engine, Profiles(CitizenState()))
    state = CitizenState(personalized=True, recent=(ask,), region="990101")
    found = known.recommender.recommend(state, 5, NOW.date(), NOW)
    assert [one.item.external_id for one in found.items] == ["cs", "dq"]
