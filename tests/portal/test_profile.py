"""What the citizen sees and changes of what is known of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core.citizens.facts import FACTS
from tests.recommender.cities import City

EMPTY: dict[str, Any] = {"facts": {}, "life_events": [], "learned": [], "dismissed": [], "reference": None}
AT = "2026-03-02T01:00:00Z"


@pytest.fixture
def city(portal: Any) -> City:
    made = City(portal.engine, portal.clock)
    made.publish(12, theme="户籍", life_events=["出生"])
    made.publish(13, theme="医保")
    return made


async def agree(citizen: httpx.AsyncClient, *purposes: str) -> None:
    version = (await citizen.get("/api/privacy-notice")).json()["version"]
    given = dict.fromkeys(purposes or ("personalize", "profile_facts"), True)
    await citizen.put("/api/consents", params={"notice_version": version}, json=given)


async def send(citizen: httpx.AsyncClient, number: str, **about: Any) -> None:
    event = {"event_id": number, "item_id": 12, "type": "click", "occurred_at": AT, **about}
    assert (await citizen.post("/api/interactions", json=event)).status_code == 200


async def put(citizen: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await citizen.put("/api/profile", json=changes)


async def test_of_a_stranger_nothing_is_known_or_stored(portal: Any, citizen: httpx.AsyncClient) -> None:
    assert (await citizen.get("/api/profile")).json() == EMPTY
    assert (await put(citizen)).json() == EMPTY
    assert portal.rows("citizen") == []


async def test_a_profile_is_told_learned_and_dismissed(city: City, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    await put(citizen, facts={"age": 34, "married": True}, life_events=["出生"])
    await send(citizen, "e1")
    await send(citizen, "e2", item_id=13, type="dismiss", scope="theme")
    await send(citizen, "e3", item_id=12, type="dismiss")
    shown = (await citizen.get("/api/profile")).json()
    assert (shown["facts"], shown["life_events"]) == ({"age": 34, "married": True}, ["出生"])
    assert shown["learned"] == [{"tag": "户籍", "since": AT}, {"tag": "出生", "since": AT}]
    assert shown["dismissed"] == [
        {"scope": "item", "target": "12", "title": "事项12", "since": AT},
        {"scope": "theme", "target": "医保", "title": "医保", "since": AT},
    ]
    assert len(shown["reference"]) == 43


async def test_what_was_shown_can_be_sent_back_without_one(city: City, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    await send(citizen, "e1")
    await send(citizen, "e2", item_id=13)
    await send(citizen, "e3", item_id=13, type="dismiss")
    shown = (await citizen.get("/api/profile")).json()
    assert (await citizen.put("/api/profile", json=shown)).json() == shown
    left = [one for one in shown["learned"] if one["tag"] != "户籍"]
    changed = (await citizen.put("/api/profile", json={**shown, "learned": left, "dismissed": []})).json()
    # What both tags were learned from is gone.
    assert [one["tag"] for one in changed["learned"]] == ["医保"]
    assert changed["dismissed"] == []


async def test_telling_without_consent_is_409_and_keeps_nothing(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    for changes in ({"facts": {"age": 34}}, {"life_events": ["出生"]}):
        response = await put(citizen, **changes)
        assert (response.status_code, response.json()["error"]["code"]) == (409, "consent_needed")
        assert "记住我告诉的情况" in response.json()["error"]["message"]
    assert (portal.rows("profile_fact"), portal.rows("citizen")) == ([], [])


async def test_a_sensitive_fact_is_refused_in_plain_words(portal: Any, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    response = await put(citizen, facts={"age": 34, "disabled": True})
    assert response.status_code == 400
    assert "不保存" in response.json()["error"]["message"]
    assert portal.rows("profile_fact") == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"facts": {"age": 200}}, 400),
        ({"facts": {"height": 180}}, 400),
        ({"facts": {"age": 34.5}}, 422),
        ({"facts": {"age": [1]}}, 422),
        ({"facts": {"district": "x" * 33}}, 422),
        ({"facts": {"district": "\0"}}, 400),
        ({"facts": []}, 422),
        ({"life_events": ["<script>"]}, 400),
        ({"life_events": ["出" * 17]}, 422),
        ({"life_events": ["出生"] * 21}, 422),
        ({"learned": [{"tag": "\0"}]}, 422),
        ({"dismissed": [{"scope": "all", "target": "1"}]}, 422),
    ],
)
async def test_what_cannot_be_is_refused(
    portal: Any, citizen: httpx.AsyncClient, changes: dict[str, Any], status: int
) -> None:
    await agree(citizen)
    response = await put(citizen, **changes)
    assert response.status_code == status
    assert portal.rows("profile_fact") == []


async def test_what_may_be_told_is_listed_without_what_is_sensitive(citizen: httpx.AsyncClient) -> None:
    facts = (await citizen.get("/api/profile/facts")).json()["facts"]
    assert [one["name"] for one in facts] == [name for name, one in FACTS.items() if not one.sensitive]
    assert all(one["question"] for one in facts)


async def test_everybody_has_a_profile_of_their_own(
    portal: Any, city: City, citizen: httpx.AsyncClient
) -> None:
    other = portal.citizen()
    await agree(citizen)
    await agree(other)
    await put(citizen, facts={"age": 34})
    await send(citizen, "e1")
    shown = (await other.get("/api/profile")).json()
    assert {**shown, "reference": None} == EMPTY
    assert shown["reference"] != (await citizen.get("/api/profile")).json()["reference"]


async def test_a_reference_is_no_cookie_and_holds_none(portal: Any, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    reference = (await citizen.get("/api/profile")).json()["reference"]
    identity = str(citizen.cookies["weizheng"]).rpartition(".")[0]
    assert identity not in reference
    stranger = portal.citizen(cookies={"weizheng": reference})
    assert (await stranger.get("/api/profile")).json() == EMPTY
