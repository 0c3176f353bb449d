"""While the assistant is off: calm words, nothing asked, nothing kept; danger and rights go on."""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import count
from typing import Any

import httpx
import pytest

from core.errors import Unavailable
from core.polled import Polled
from staff.actors import Operator
from staff.runner import CommandRunner
from staff.switch_commands import SWITCH_COMMANDS

WORDS = "正在维护，请拨打12345。"
KEPT = ("conversation", "message", "client_message", "choice_token", "citizen")


async def throw(portal: Any, name: str, outlet: str = "all") -> None:
    """Throws the switch as another process does, and waits until ours has seen it."""
    given = {"outlet": outlet}
    if name == "turn_off":
        given |= {"reason": "资料有误", "message": WORDS}
    CommandRunner(portal.engine, portal.clock, SWITCH_COMMANDS).run(Operator(), f"assistant.{name}", given)
    await asyncio.sleep(0.55)


async def say(citizen: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await citizen.post("/api/chat", json=body)


@pytest.mark.parametrize("outlet", ["all", "web"])
async def test_a_question_gets_calm_words_and_goes_nowhere(
    outlet: str, portal: Any, citizen: httpx.AsyncClient
) -> None:
    assert (await say(citizen, text="居住证", client_message_id="m1")).json()["status"] == "answered_guide"
    kept = {name: portal.rows(name) for name in KEPT}
    asked = len(portal.rasa.seen), len(portal.knowledge.told)
    await throw(portal, "turn_off", outlet)
    for body in ({"text": "医保卡", "client_message_id": "m2", "region": "990101"}, {"payload": "x"}):
        answer = await say(citizen, **body)
        told = answer.json()
        assert (answer.status_code, told["status"]) == (200, "switched_off")
        assert [(one["kind"], one["text"]) for one in told["messages"]] == [("text", WORDS)]
    assert (len(portal.rasa.seen), len(portal.knowledge.told)) == asked
    assert {name: portal.rows(name) for name in KEPT} == kept
    counted = [row for row in portal.rows("answer_log") if row["status"] == "switched_off"]
    assert [(row["question"], row["citizen"], row["region"]) for row in counted] == [("", None, None)] * 2


async def test_the_same_message_is_answered_once_it_is_on_again(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await throw(portal, "turn_off")
    assert (await say(citizen, text="居住证", client_message_id="m1")).json()["status"] == "switched_off"
    await throw(portal, "turn_on")
    assert (await say(citizen, text="居住证", client_message_id="m1")).json()["status"] == "answered_guide"


async def test_an_answer_that_was_under_way_does_not_go_out(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    waiting = asyncio.create_task(say(citizen, text="居住证", client_message_id="m1"))
    await portal.rasa.inside(1)
    await throw(portal, "turn_off")
    portal.rasa.release(2)
    assert (await waiting).json()["status"] == "switched_off"
    assert "居民身份证" not in portal.dump()
    await throw(portal, "turn_on")
    assert (await say(citizen, text="居住证", client_message_id="m1")).json()["status"] == "answered_guide"


async def test_danger_is_referred_while_it_is_off(portal: Any, citizen: httpx.AsyncClient) -> None:
    await throw(portal, "turn_off")
    for _ in range(25):
        told = (await say(citizen, text="我家着火了")).json()
        assert told["status"] == "referred_urgent"
        assert "119" in told["messages"][0]["text"]
    assert (portal.rasa.seen, portal.rows("message"), portal.rows("conversation")) == ([], [], [])
    counted = portal.rows("answer_log")
    assert {(row["status"], row["question"]) for row in counted} == {("referred_urgent", "")}
    assert len(counted) == 20, "beyond the limit it is answered, but not counted"


async def test_limits_hold_while_it_is_off(portal: Any, citizen: httpx.AsyncClient) -> None:
    await throw(portal, "turn_off")
    statuses = [(await say(citizen, text="居住证")).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize(
    "path", ["/api/search?q=a", "/api/items", "/api/items/12", "/api/hot", "/api/recommendations"]
)
async def test_what_is_read_is_refused_while_all_is_off(
    path: str, portal: Any, citizen: httpx.AsyncClient
) -> None:
    await throw(portal, "turn_off", "web")
    assert (await citizen.get(path)).status_code == 200
    await throw(portal, "turn_off")
    answer = await citizen.get(path)
    assert answer.status_code == 503
    assert answer.json() == {"error": {"code": "switched_off", "message": WORDS}}
    assert len(portal.knowledge.searched) == (1 if "search" in path else 0)
    await throw(portal, "turn_on")
    await throw(portal, "turn_on", "web")
    assert (await citizen.get(path)).status_code == 200


async def test_rights_of_citizens_go_on(portal: Any, citizen: httpx.AsyncClient) -> None:
    await say(citizen, text="居住证")
    await throw(portal, "turn_off")
    version = (await citizen.get("/api/privacy-notice")).json()["version"]
    path = f"/api/consents?notice_version={version}"
    assert (await citizen.put(path, json={"personalize": True})).status_code == 200
    exported = (await citizen.get("/api/me/export")).json()
    assert len(exported["data"]["conversation"]["messages"]) == 2
    assert (await citizen.get("/api/conversation")).status_code == 200
    assert (await citizen.delete("/api/me")).json() == {"erased": True}
    assert portal.rows("message") == []


async def test_readiness_says_off_and_stays_well(portal: Any, citizen: httpx.AsyncClient) -> None:
    await throw(portal, "turn_off")
    answer = await citizen.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["message"]) == (200, "off", WORDS)
    assert (await citizen.get("/api/availability")).json() == {"open": False, "message": WORDS}
    portal.knowledge.error = Unavailable("gone")
    await asyncio.sleep(1.1)
    answer = await citizen.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    await throw(portal, "turn_on")
    assert (await citizen.get("/api/availability")).json() == {"open": True, "message": None}


async def test_what_was_known_last_holds_while_the_database_is_away(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await throw(portal, "turn_off")
    assert (await say(citizen, text="居住证")).json()["status"] == "switched_off"
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE assistant_off")
    await asyncio.sleep(0.55)
    assert (await say(citizen, text="居住证")).json()["status"] == "switched_off"


async def test_a_state_is_read_twice_a_second_however_many_ask() -> None:
    reads = count(1)
    now = 0.0
    polled = Polled(lambda: next(reads), first=0, clock=lambda: now)
    assert await asyncio.gather(*(polled.value() for _ in range(50))) == [1] * 50
    now = 0.4
    assert await polled.value() == 1
    now = 0.6
    assert await polled.value() == 2


async def test_a_read_that_is_slow_is_obeyed_when_it_comes_and_only_one_is_under_way() -> None:
    off, at_once, most = threading.Event(), 0, 0

    def read() -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.15)
        at_once -= 1
        return off.is_set()

    polled = Polled(read, first=False, kept_s=0.01, patience_s=0.02)
    assert await polled.value() is False
    off.set()
    async with asyncio.timeout(10):
        while not await polled.value():
            await asyncio.sleep(0.005)
    assert most == 1


async def test_a_database_that_hangs_holds_nobody_up() -> None:
    let_go = threading.Event()
    polled = Polled(lambda: let_go.wait(30), first=False, kept_s=0, patience_s=0.05)
    try:
        assert [await asyncio.wait_for(polled.value(), 10) for _ in range(3)] == [False] * 3
    finally:
        let_go.set()
