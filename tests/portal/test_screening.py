"""Need that cannot wait is answered before and whatever else; abuse is answered calmly and asked nowhere."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest

from core.citizens.turns import Turns
from core.text.urgent import Urgent, urgent_advice

URGENT = "我不想活了，电话13912345678"
ADVICE = urgent_advice(Urgent.SELF_HARM)


async def said(citizen: httpx.AsyncClient, text: str, **more: Any) -> dict[str, Any]:
    response = await citizen.post("/api/chat", json={"text": text, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_urgent_need_is_referred_and_never_sent_on(portal: Any, citizen: httpx.AsyncClient) -> None:
    reply = await said(citizen, URGENT, region="990101")
    assert reply["status"] == "referred_urgent"
    assert [(one["kind"], one["text"]) for one in reply["messages"]] == [("text", ADVICE)]
    assert (portal.rasa.seen, portal.knowledge.asked) == ([], [])
    (row,) = portal.rows("answer_log")
    assert (row["id"], row["status"], row["region"]) == (reply["answer_id"], "referred_urgent", "990101")
    assert "13912345678" not in portal.dump()
    history = (await citizen.get("/api/conversation")).json()["messages"]
    assert [one["role"] for one in history] == ["citizen", "assistant"]


async def test_urgent_message_sent_again_gets_the_stored_reply(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    first = await said(citizen, URGENT, client_message_id="m1")
    assert await said(citizen, URGENT, client_message_id="m1") == first
    assert len(portal.rows("answer_log")) == 1


async def test_urgent_need_waits_for_nobody(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    waiting = [
        asyncio.create_task(citizen.post("/api/chat", json={"text": f"问题{number}"})) for number in range(5)
    ]
    await portal.rasa.inside(1)
    assert (await said(citizen, URGENT))["status"] == "referred_urgent"
    portal.rasa.release(5)
    await asyncio.gather(*waiting)


async def test_urgent_need_is_answered_without_a_database(portal: Any, citizen: httpx.AsyncClient) -> None:
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE message")
    reply = await said(citizen, URGENT, client_message_id="m1")
    assert reply["messages"][0]["text"] == ADVICE


async def test_urgent_need_does_not_wait_for_a_database_that_hangs(
    portal: Any, citizen: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(Turns, "save", lambda *_: let_go.wait(30))
    try:
        assert (await asyncio.wait_for(said(citizen, URGENT), 15))["messages"][0]["text"] == ADVICE
    finally:
        let_go.set()


async def test_picked_choice_is_not_screened(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    offer = replies["clarify"]()
    titled = offer.parts[0].choices[0].model_copy(update={"title": "我不想活了"})
    portal.rasa.reply = offer.model_copy(
        update={"parts": [offer.parts[0].model_copy(update={"choices": [titled]})]}
    )
    payload = (await said(citizen, "居住证"))["messages"][0]["choices"][0]["payload"]
    portal.rasa.reply = replies["guide"]()
    picked = await citizen.post("/api/chat", json={"payload": payload})
    assert picked.json()["status"] == "answered_guide"


async def test_abuse_is_answered_calmly_and_asked_nowhere(make_portal: Any) -> None:
    portal = make_portal(hotline="0990-96345")
    reply = await said(portal.citizen(), "你就是个废物机器人")
    assert reply["status"] == "blocked_abuse"
    assert "0990-96345" in reply["messages"][0]["text"]
    assert (portal.rasa.seen, portal.knowledge.asked) == ([], [])
    assert [row["status"] for row in portal.rows("answer_log")] == ["blocked_abuse"]


@pytest.mark.parametrize("text", ["等了三个小时，气死人了，我要投诉窗口", "什么狗屁规定，凭什么不给办"])
async def test_anger_about_a_matter_is_answered(portal: Any, citizen: httpx.AsyncClient, text: str) -> None:
    assert (await said(citizen, text))["status"] == "answered_guide"


async def test_danger_comes_before_abuse(citizen: httpx.AsyncClient) -> None:
    assert (await said(citizen, "你个废物机器人，我不想活了"))["status"] == "referred_urgent"
