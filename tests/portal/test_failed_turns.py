"""A turn that fails is in the answer log, and its question in the transcript, once."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx
import pytest

from core.answering import AnswerStatus
from core.citizens.turns import Turns

TEXT = "居住证要什么材料，电话13912345678"
MASKED = "居住证要什么材料，电话〔电话号码〕"


async def post(citizen: httpx.AsyncClient, **body: Any) -> int:
    response = await citizen.post("/api/chat", json={"text": TEXT, **body})
    return response.status_code


def statuses(portal: Any) -> list[str]:
    return [row["status"] for row in portal.rows("answer_log")]


async def transcript(citizen: httpx.AsyncClient) -> list[str]:
    messages = (await citizen.get("/api/conversation")).json()["messages"]
    return [one["text"] if one["role"] == "citizen" else one["kind"] for one in messages]


@pytest.fixture
def failing(portal: Any, replies: dict[str, Any]) -> Any:
    portal.rasa.reply = replies["text"]("出错了", AnswerStatus.ERROR_INTERNAL)
    return portal


async def test_failed_turn_is_logged_with_its_masked_question(
    failing: Any, citizen: httpx.AsyncClient
) -> None:
    assert await post(citizen, region="990101") == 503
    (row,) = failing.rows("answer_log")
    assert (row["status"], row["question"], row["region"]) == ("error_internal", MASKED, "990101")
    assert await transcript(citizen) == [MASKED]


async def test_message_that_fails_again_is_logged_once(failing: Any, citizen: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert await post(citizen, client_message_id="m1") == 503
    assert statuses(failing) == ["error_internal"]
    assert await transcript(citizen) == [MASKED]


async def test_message_that_succeeds_at_last_has_one_question_and_one_answer(
    failing: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    assert await post(citizen, client_message_id="m1") == 503
    failing.rasa.reply = replies["guide"]()
    assert await post(citizen, client_message_id="m1") == 200
    assert await post(citizen, client_message_id="m1") == 200
    assert sorted(statuses(failing)) == ["answered_guide", "error_internal"]
    assert await transcript(citizen) == [MASKED, "answer"]


async def test_messages_without_an_id_are_each_their_own(failing: Any, citizen: httpx.AsyncClient) -> None:
    for _ in range(2):
        await post(citizen)
    assert await transcript(citizen) == [MASKED, MASKED]


async def test_same_id_in_another_conversation_is_another_message(
    failing: Any, citizen: httpx.AsyncClient
) -> None:
    other = failing.citizen()
    await post(citizen, client_message_id="m1")
    await post(other, client_message_id="m1")
    assert await transcript(citizen) == await transcript(other) == [MASKED]


async def test_picked_choice_that_fails_is_kept_by_its_title(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    portal.rasa.reply = replies["clarify"]()
    offer = (await citizen.post("/api/chat", json={"text": "居住证"})).json()["messages"][0]
    portal.rasa.reply = httpx.ReadTimeout("slow")
    payload = offer["choices"][0]["payload"]
    assert (await citizen.post("/api/chat", json={"payload": payload})).status_code == 504
    assert sorted(statuses(portal)) == ["clarify", "error_timeout"]
    assert (await transcript(citizen))[-1] == "居住证申领"


async def test_turn_that_never_began_is_kept_as_late(make_portal: Any) -> None:
    portal = make_portal(web_deadline_s=0.5)
    citizen = portal.citizen()
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    codes = await asyncio.gather(*(post(citizen, client_message_id=f"m{n}") for n in range(3)))
    assert codes == [504] * 3
    assert statuses(portal) == ["error_timeout"] * 3
    assert await transcript(citizen) == [MASKED] * 3


async def test_what_is_no_message_is_not_kept(portal: Any, citizen: httpx.AsyncClient) -> None:
    for body in ({"text": "／"}, {"payload": "unknown"}):
        assert (await citizen.post("/api/chat", json=body)).status_code == 400
    assert statuses(portal) == []
    assert await transcript(citizen) == []


async def test_log_that_cannot_be_written_hides_no_error(failing: Any, citizen: httpx.AsyncClient) -> None:
    with failing.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE answer_log")
    response = await citizen.post("/api/chat", json={"text": TEXT, "client_message_id": "m1"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "error_internal")


async def test_log_that_hangs_is_not_waited_for(
    failing: Any, citizen: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(Turns, "save", lambda *_: let_go.wait(30))
    begun = time.monotonic()
    try:
        assert await post(citizen) == 503
        assert time.monotonic() - begun < 15
    finally:
        let_go.set()
