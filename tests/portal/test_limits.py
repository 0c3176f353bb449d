"""How much a citizen and an address may ask, and that danger is never asked to wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from apps.portal.app import create_app

URGENT = "我家着火了"
SAFE = ("GET", "HEAD", "OPTIONS")


async def say(citizen: httpx.AsyncClient, text: str = "居住证") -> httpx.Response:
    return await citizen.post("/api/chat", json={"text": text})


def assert_refused(response: httpx.Response, longest: int = 60) -> None:
    assert response.status_code == 429
    error = response.json()["error"]
    assert error["code"] == "blocked_rate"
    seconds = int(response.headers["retry-after"])
    assert 1 <= seconds <= longest
    assert f"请在{seconds}秒后再试" in error["message"]


async def test_the_twenty_first_message_of_a_minute_is_refused(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    statuses = [(await say(citizen)).status_code for _ in range(20)]
    assert statuses == [200] * 20
    assert_refused(await say(citizen))
    assert len(portal.rasa.seen) == 20


async def test_another_citizen_of_the_address_is_not_held_up(portal: Any, citizen: httpx.AsyncClient) -> None:
    for _ in range(21):
        await say(citizen)
    assert (await say(portal.citizen())).status_code == 200


async def test_a_new_cookie_each_time_ends_at_the_limit_of_the_address(
    make_portal: Callable[..., Any],
) -> None:
    portal = make_portal(rate_per_minute=2)
    statuses = [(await say(portal.citizen())).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


async def test_the_limit_of_an_address_may_be_another(make_portal: Callable[..., Any]) -> None:
    portal = make_portal(rate_per_minute=2, rate_per_address=3)
    assert [(await say(portal.citizen())).status_code for _ in range(4)] == [200] * 3 + [429]


async def test_zero_turns_every_limit_off(make_portal: Callable[..., Any]) -> None:
    citizen = make_portal(rate_per_minute=0, rate_per_address=1).citizen()
    assert {(await say(citizen)).status_code for _ in range(30)} == {200}


async def test_danger_is_answered_beyond_every_limit(make_portal: Callable[..., Any]) -> None:
    portal = make_portal(rate_per_minute=1, rate_per_address=1)
    citizen = portal.citizen()
    await say(citizen)
    assert_refused(await say(citizen))
    response = await say(citizen, URGENT)
    assert (response.status_code, response.json()["status"]) == (200, "referred_urgent")
    assert "119" in response.text


async def test_a_flood_of_danger_is_answered_and_not_kept(make_portal: Callable[..., Any]) -> None:
    portal = make_portal(rate_per_minute=2)
    citizen = portal.citizen()
    texts = {(await say(citizen, URGENT)).json()["messages"][0]["text"] for _ in range(6)}
    assert len(texts) == 1
    assert len(portal.rows("answer_log")) == 2


async def test_danger_is_answered_where_limits_cannot_be_counted(
    portal: Any, citizen: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> float:
        raise RuntimeError

    monkeypatch.setattr(portal.limiter, "admit", broken)
    assert (await say(citizen, URGENT)).json()["status"] == "referred_urgent"
    assert (await say(citizen)).status_code == 503


async def test_what_cannot_be_read_counts_as_well(make_portal: Callable[..., Any]) -> None:
    portal = make_portal(rate_per_minute=2, rate_per_address=3)
    headers = {"content-type": "application/json"}
    bodies = (b"{", b"[]", b"x" * 20_000, b"{")
    replies = [await portal.citizen().post("/api/chat", content=one, headers=headers) for one in bodies]
    assert [one.status_code for one in replies] == [400, 422, 413, 429]


async def test_a_refused_message_leaves_nothing_in_the_database(make_portal: Callable[..., Any]) -> None:
    portal = make_portal(rate_per_minute=1)
    citizen = portal.citizen()
    await say(citizen)
    before = portal.dump()
    assert_refused(await say(citizen))
    assert portal.dump() == before


def changing_routes(app: Any) -> list[tuple[str, str]]:
    """Every route that is not only read, as the application itself lists them."""
    found: list[tuple[str, str]] = []
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        # A router that was included keeps its routes, without the prefix of none of ours.
        included = getattr(route, "original_router", route)
        waiting.extend(getattr(included, "routes", None) or [])
        if isinstance(route, Route):
            found.extend((method, route.path) for method in route.methods or () if method not in SAFE)
    return sorted(found)


def test_the_walk_finds_what_is_described(portal: Any) -> None:
    app = create_app(portal.services)
    described = {
        (method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods
    }
    changing = {one for one in described if one[0] not in SAFE}
    assert changing
    assert changing <= set(changing_routes(app))


async def test_every_route_that_changes_or_costs_something_is_limited(
    portal: Any, make_portal: Callable[..., Any]
) -> None:
    costly = [("GET", "/api/search?q=x"), ("GET", "/api/me/export")]
    for method, path in [*changing_routes(create_app(portal.services)), *costly]:
        strict = make_portal(rate_per_minute=1, rate_per_address=3)
        replies = [await strict.citizen().request(method, path, json={"text": "a"}) for _ in range(4)]
        assert 429 not in [one.status_code for one in replies[:3]], path
        assert_refused(replies[3])


async def test_every_route_that_changes_something_checks_the_origin(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    foreign = {"origin": "https://x.example"}
    for method, path in changing_routes(create_app(portal.services)):
        response = await citizen.request(method, path, json={"text": "a"}, headers=foreign)
        assert (response.status_code, response.json()["error"]["code"]) == (403, "foreign_origin"), path


async def test_the_page_s_own_reads_are_not_counted(make_portal: Callable[..., Any]) -> None:
    citizen = make_portal(rate_per_minute=1, rate_per_address=1).citizen()
    for path in ("/", "/api/about", "/api/hot", "/api/regions", "/api/conversation", "/api/items"):
        assert [(await citizen.get(path)).status_code for _ in range(3)] == [200] * 3


async def test_keys_tell_neither_address_nor_conversation(portal: Any, citizen: httpx.AsyncClient) -> None:
    conversation = (await say(citizen)).json()["conversation"]
    keys = list(portal.limiter._kept)
    assert len(keys) == 2
    assert all(re.fullmatch(r"chat:[0-9a-f]{32}", key) for key in keys)
    assert not [key for key in keys if "127.0.0.1" in key or conversation in key]
