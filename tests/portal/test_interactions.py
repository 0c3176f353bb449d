"""What a browser may tell of what its citizen did, and what is made of it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from apps.portal.app import create_app
from core.database.engine import reading
from recommender.interactions.popularity import PopularItems
from recommender.interactions.trusted import trusted_interactions
from tests.recommender.cities import City

AT = "2026-03-02T00:59:00Z"


@pytest.fixture
def city(portal: Any) -> City:
    made = City(portal.engine, portal.clock)
    made.publish(12, theme="户籍", life_events=["出生"])
    made.publish(13, theme="医保", sensitive=True)
    made.publish(14, status="withdrawn")
    return made


def event(number: str = "e1", **about: Any) -> dict[str, Any]:
    return {"event_id": number, "item_id": 12, "type": "click", "occurred_at": AT, **about}


async def send(citizen: httpx.AsyncClient, *events: Any) -> httpx.Response:
    return await citizen.post("/api/interactions", json=events[0] if len(events) == 1 else list(events))


async def agree(citizen: httpx.AsyncClient, *purposes: str) -> None:
    version = (await citizen.get("/api/privacy-notice")).json()["version"]
    given = dict.fromkeys(purposes or ("personalize",), True)
    response = await citizen.put("/api/consents", params={"notice_version": version}, json=given)
    assert response.status_code == 200


def kept(portal: Any) -> list[tuple[str, int]]:
    return [(row["type"], row["item_id"]) for row in portal.rows("interaction")]


async def test_without_consent_it_is_counted_and_nobody_is_named(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    await citizen.post("/api/chat", json={"text": "居住证", "region": "990101"})
    response = await send(citizen, event())
    assert response.json() == {"kept": 1, "personal": False}
    assert (await send(portal.citizen(), event())).json()["personal"] is False
    assert (portal.rows("interaction"), portal.rows("citizen"), portal.rows("interaction_source")) == (
        [], [], [],
    )  # fmt: skip
    counts = [(row["item_id"], row["district"], row["count"]) for row in portal.rows("interaction_count")]
    assert sorted(counts) == [(12, "", 1), (12, "990101", 2)]


async def test_a_visitor_without_a_cookie_gets_none_for_it(portal: Any, city: City) -> None:
    response = await send(portal.citizen(), event())
    assert "set-cookie" not in response.headers
    assert portal.rows("conversation") == []


async def test_with_consent_it_is_kept_once_however_often_it_is_sent(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    await agree(citizen)
    for _ in range(2):
        response = await send(citizen, event(), event("e2", type="rate", value=4))
        assert response.json() == {"kept": 2, "personal": True}
    assert kept(portal) == [("click", 12), ("rate", 12)]


async def test_what_is_linked_moves_the_cookie_s_end(city: City, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    assert "Max-Age=31536000" in (await send(citizen, event())).headers["set-cookie"]
    await citizen.put("/api/consents", json={"personalize": False})
    assert "set-cookie" not in (await send(citizen, event("e2"))).headers


async def test_the_same_event_at_once_is_kept_once(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    await agree(citizen)
    sent = await asyncio.gather(*(send(citizen, event()) for _ in range(5)))
    assert {one.status_code for one in sent} == {200}
    assert kept(portal) == [("click", 12)]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"item_id": 99}, 404),
        ({"item_id": 14}, 404),
        ({"type": "ask"}, 400),
        ({"type": "push_open"}, 400),
        ({"type": "like"}, 422),
        ({"type": "rate"}, 400),
        ({"type": "rate", "value": 6}, 422),
        ({"value": 3}, 400),
        ({"occurred_at": "2026-01-30T00:00:00Z"}, 400),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, 400),
        ({"occurred_at": "2026-03-02T00:00:00"}, 422),
        ({"occurred_at": None}, 422),
        ({"event_id": "x" * 65}, 422),
        ({"event_id": ""}, 422),
        ({"item_id": 0}, 422),
        ({"item_id": 2**31}, 422),
        ({"item_id": "12"}, 422),
        ({"scope": "all"}, 422),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_kept(
    portal: Any, city: City, citizen: httpx.AsyncClient, changed: dict[str, Any], status: int
) -> None:
    await agree(citizen)
    response = await send(citizen, event("good"), event(**changed))
    assert response.status_code == status
    assert response.json()["error"]["code"] in ("bad_input", "not_found")
    assert kept(portal) == []


@pytest.mark.parametrize("body", [[], [event()] * 21, "x", [[event()]], [None]])
async def test_one_to_twenty_may_be_sent(city: City, citizen: httpx.AsyncClient, body: Any) -> None:
    assert (await citizen.post("/api/interactions", json=body)).status_code == 422


async def test_numbers_that_are_none_are_refused(city: City, citizen: httpx.AsyncClient) -> None:
    body = json.dumps(event(type="rate", value=float("nan")))
    response = await citizen.post(
        "/api/interactions", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == 422


async def test_a_clock_that_is_ahead_is_put_right(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    await agree(citizen)
    assert (await send(citizen, event(occurred_at="9999-12-31T23:59:59-14:00"))).status_code == 200
    (row,) = portal.rows("interaction")
    assert row["occurred_at"].startswith("2026-03-02 01:00:00")


async def test_another_site_s_page_tells_nothing(city: City, citizen: httpx.AsyncClient) -> None:
    for call in (citizen.post("/api/interactions", json=event(), headers={"origin": "http://evil"}),
                 citizen.put("/api/profile", json={}, headers={"origin": "http://evil"})):  # fmt: skip
        assert (await call).status_code == 403


async def test_interactions_have_a_budget_of_their_own(make_portal: Any) -> None:
    portal = make_portal(rate_per_minute=2)
    City(portal.engine, portal.clock).publish(12)
    citizen = portal.citizen()
    await agree(citizen)
    assert [(await send(citizen, event(f"e{n}"))).status_code for n in range(3)] == [200, 200, 429]
    assert (await citizen.put("/api/profile", json={})).status_code == 200


async def test_an_answer_about_an_item_is_an_interaction(
    portal: Any, city: City, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    await agree(citizen)
    said = {"text": "居住证要什么材料", "client_message_id": "m1", "region": "990101"}
    first = await citizen.post("/api/chat", json=said)
    assert (await citizen.post("/api/chat", json=said)).json() == first.json()
    portal.rasa.reply = replies["clarify"]()
    await citizen.post("/api/chat", json={"text": "居住证"})
    (row,) = portal.rows("interaction")
    assert (row["type"], row["origin"], row["item_id"], row["district"]) == ("ask", "server", 12, "990101")
    assert row["event_id"] == f"ask:{first.json()['answer_id']}"
    assert row["source"]
    assert portal.rows("interaction_count") == []


async def test_who_did_not_agree_asks_for_the_count_only(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    await citizen.post("/api/chat", json={"text": "居住证要什么材料"})
    assert (portal.rows("interaction"), len(portal.rows("interaction_count"))) == ([], 1)


async def test_a_sensitive_item_is_linked_to_nobody(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    await agree(citizen)
    await send(citizen, event(item_id=13))
    await send(citizen, event("e2", item_id=13, type="dismiss"))
    assert (portal.rows("interaction"), portal.rows("dismissal")) == ([], [])


async def test_withdrawing_forgets_at_once(portal: Any, city: City, citizen: httpx.AsyncClient) -> None:
    await agree(citizen, "personalize", "profile_facts")
    await citizen.put("/api/profile", json={"facts": {"age": 34}})
    await send(citizen, event(), event("e2", type="dismiss", scope="theme"))
    await citizen.put("/api/consents", json={"personalize": False})
    assert (portal.rows("interaction"), portal.rows("dismissal"), portal.rows("citizen_reference")) == (
        [], [], [],
    )  # fmt: skip
    assert (await citizen.get("/api/profile")).json()["facts"] == {"age": 34}
    await citizen.put("/api/consents", json={"profile_facts": False})
    assert portal.rows("profile_fact") == []


async def test_while_the_database_is_away_nothing_is_acknowledged(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    await agree(citizen)
    portal.engine.dispose()
    path = Path(portal.engine.url.database)
    away = path.rename(path.with_suffix(".away"))
    path.mkdir()
    response = await send(citizen, event())
    assert (response.status_code, response.json()["error"]["code"]) == (503, "error_unavailable")
    path.rmdir()
    away.rename(path)
    assert (await send(citizen, event())).status_code == 200
    assert kept(portal) == [("click", 12)]


async def test_a_flood_through_the_route_moves_nothing_that_others_see(make_portal: Any) -> None:
    portal = make_portal(rate_per_minute=0)
    City(portal.engine, portal.clock).publish(12)
    app = create_app(portal.services)

    def behind(address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://portal"
        )

    for number in range(2):
        citizen = behind(f"198.51.100.{number}")
        await agree(citizen)
        await citizen.post("/api/chat", json={"text": "居住证要什么材料"})
    City(portal.engine, portal.clock).publish(15)
    before = seen_by_others(portal)
    assert set(before[0]) == {12}
    for cookie in range(4):
        forger = behind("203.0.113.5")
        await agree(forger)
        for batch in range(3):
            forged = [event(f"{cookie}.{batch}.{one}", item_id=15) for one in range(20)]
            assert (await send(forger, *forged)).json() == {"kept": 20, "personal": True}
    assert len(kept(portal)) == 242
    assert seen_by_others(portal) == before


def seen_by_others(portal: Any) -> tuple[Any, Any]:
    popular = PopularItems(portal.engine).counts(None, portal.clock.today())
    with reading(portal.engine) as connection:
        since = portal.clock.now() - timedelta(days=365)
        return dict(popular), list(trusted_interactions(connection, since))
