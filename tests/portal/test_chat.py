"""POST /api/chat: what goes in, what comes out, what is kept."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest


async def ask(citizen: httpx.AsyncClient, text: str, **more: Any) -> dict[str, Any]:
    response = await citizen.post("/api/chat", json={"text": text, **more})
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_answer_comes_with_guide_and_citation(citizen: httpx.AsyncClient) -> None:
    reply = await ask(citizen, "居住证要什么材料")
    (message,) = reply["messages"]
    assert reply["status"] == "answered_guide"
    assert message["kind"] == "answer"
    assert message["answer_id"] == reply["answer_id"]
    assert message["status"] == "answered_guide"
    assert message["item"] == {"item_id": 12, "name": "居住证申领", "agency": "示例市公安局"}
    assert message["aspect"] == "materials"
    assert message["citations"][0]["document_number"] == "示政办发〔2025〕8号"
    assert message["citations"][0]["published_on"] == "2025-06-01"
    assert set(message["citations"][0]) == {
        "document_id", "external_id", "title", "agency", "document_number", "published_on", "url", "quote",
        "context", "page",
    }  # fmt: skip


async def test_dialogue_engine_gets_conversation_token_region_and_deadline(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    before = time.time()
    reply = await ask(citizen, "居住证", region="990101")
    (body,) = portal.rasa.seen
    assert body["sender"] == reply["conversation"]
    assert body["metadata"]["region"] == "990101"
    assert body["metadata"]["request_id"]
    assert before < body["metadata"]["deadline_at"] <= time.time() + 10.0
    assert portal.rasa.urls[0].path == "/webhooks/rest/webhook"
    assert portal.rasa.urls[0].params["token"] == "t" * 20


async def test_a_bare_number_reaches_the_dialogue_engine_in_words(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    for text in ("1", "８８"):
        await ask(citizen, text)
    assert portal.rasa.messages == ["第一个", "８８"]
    assert [row["question"] for row in portal.rows("answer_log")] == ["1", "８８"]


async def test_the_id_of_the_request_goes_along(portal: Any, citizen: httpx.AsyncClient) -> None:
    first = await citizen.post("/api/chat", json={"text": "居住证"})
    assert portal.rasa.seen[0]["metadata"]["request_id"] == first.headers["x-request-id"]
    portal.rasa.reply = httpx.Response(500)
    second = await citizen.post("/api/chat", json={"text": "居住证"})
    assert portal.knowledge.request_ids == [second.headers["x-request-id"]]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_region_once_chosen_stays(portal: Any, citizen: httpx.AsyncClient) -> None:
    await ask(citizen, "居住证", region="990101")
    await ask(citizen, "要钱吗")
    assert portal.rasa.seen[1]["metadata"]["region"] == "990101"
    assert [row["region"] for row in portal.rows("answer_log")] == ["990101", "990101"]


async def test_personal_numbers_reach_neither_dialogue_engine_nor_database(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    text = "我叫张三，身份证11010519491231002X，手机138 1234 5678，京A12345，a@b.cn"
    await ask(citizen, text, client_message_id="m1")
    (sent,) = portal.rasa.messages
    assert sent == "我叫张三，身份证〔身份证号〕，手机〔电话号码〕，〔车牌号〕，〔邮箱〕"
    everything = portal.dump()
    for raw in ("11010519491231002X", "138 1234 5678", "京A12345", "a@b.cn"):
        assert raw not in everything
    assert portal.rows("answer_log")[0]["question"] == sent


@pytest.mark.parametrize("text", ["/restart", " ／restart", "\u200b/restart", "⁄restart", "/ /restart"])
async def test_citizen_cannot_command_the_dialogue_engine(
    portal: Any, citizen: httpx.AsyncClient, text: str
) -> None:
    await ask(citizen, text)
    assert portal.rasa.messages == ["restart"]


async def test_cookie_is_signed_and_hidden_from_scripts(portal: Any, citizen: httpx.AsyncClient) -> None:
    response = await citizen.post("/api/chat", json={"text": "你好"})
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    secure = portal.citizen(base_url="https://portal")
    assert "; secure" in (await secure.get("/api/conversation")).headers["set-cookie"].lower()


async def test_forged_cookie_begins_another_conversation(portal: Any, citizen: httpx.AsyncClient) -> None:
    first = await ask(citizen, "居住证")
    stranger = portal.citizen(cookies={"weizheng": f"{first['conversation']}.forged"})
    assert (await ask(stranger, "居住证"))["conversation"] != first["conversation"]


async def test_transcript_shows_both_sides_in_order(portal: Any, citizen: httpx.AsyncClient) -> None:
    await ask(citizen, "居住证要什么材料")
    await ask(citizen, "要钱吗")
    history = (await citizen.get("/api/conversation")).json()
    assert [(one["role"], one["kind"]) for one in history["messages"]] == [
        ("citizen", "text"), ("assistant", "answer"), ("citizen", "text"), ("assistant", "answer"),
    ]  # fmt: skip
    assert history["messages"][0]["text"] == "居住证要什么材料"
    assert history["messages"][1]["citations"][0]["title"] == "示例市居住证办法"
    assert (await portal.citizen().get("/api/conversation")).json()["messages"] == []


async def test_answer_log_keeps_what_the_answer_rested_on(portal: Any, citizen: httpx.AsyncClient) -> None:
    reply = await ask(citizen, "居住证要什么材料")
    (row,) = portal.rows("answer_log")
    assert row["id"] == reply["answer_id"]
    assert (row["status"], row["item_id"], row["aspect"]) == ("answered_guide", 12, "materials")
    assert json.loads(row["passage_ids"]) == [3, 4]
    assert json.loads(row["versions"]) == {"item:12": 2}
    assert json.loads(row["step_ms"]) == {"retrieve": 11.5}
    assert row["channel"] == "web"


async def test_what_was_quoted_is_known_by_its_version_and_what_was_only_named_is_not(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    reply = portal.rasa.reply
    named = {"item:12": 2, "document:7": 5, "item:13": 1}
    portal.rasa.reply = reply.model_copy(update={"versions": named})
    told = await ask(citizen, "居住证要什么材料")
    rows = portal.rows("answer_source")
    assert {(row["answer_id"], row["kind"], row["record_id"], row["version"]) for row in rows} == {
        (told["answer_id"], "item", 12, 2), (told["answer_id"], "document", 7, 5),
    }  # fmt: skip


async def offer(portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]) -> str:
    portal.rasa.reply = replies["clarify"]()
    reply = await ask(citizen, "居住证")
    portal.rasa.reply = replies["guide"]()
    return str(reply["messages"][0]["choices"][0]["payload"])


async def test_picked_choice_is_sent_as_an_intent(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    payload = await offer(portal, citizen, replies)
    assert payload != "12"
    response = await citizen.post("/api/chat", json={"payload": payload})
    assert response.status_code == 200
    command = portal.rasa.messages[1]
    assert command.startswith("/choose{")
    assert json.loads(command.removeprefix("/choose")) == {
        "target_kind": "item", "target_id": 12, "aspect": "materials",
    }  # fmt: skip
    history = (await citizen.get("/api/conversation")).json()["messages"]
    assert history[2]["text"] == "居住证申领"


async def test_foreign_expired_and_unknown_choices_are_refused(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    payload = await offer(portal, citizen, replies)
    asked = len(portal.rasa.seen)
    foreign = await portal.citizen().post("/api/chat", json={"payload": payload})
    unknown = await citizen.post("/api/chat", json={"payload": "item:12"})
    portal.clock.move_to(portal.clock.now() + timedelta(hours=25))
    expired = await citizen.post("/api/chat", json={"payload": payload})
    for response in (foreign, unknown, expired):
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "bad_choice"
    assert len(portal.rasa.seen) == asked


async def test_repeated_message_gets_the_stored_reply(portal: Any, citizen: httpx.AsyncClient) -> None:
    first = await ask(citizen, "居住证", client_message_id="m1")
    again = await ask(citizen, "居住证", client_message_id="m1")
    assert again == first
    assert len(portal.rasa.seen) == 1
    assert len(portal.rows("message")) == 2
    assert await ask(citizen, "居住证", client_message_id="m2") != first


async def test_same_message_id_of_another_citizen_is_another_message(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    first = await ask(citizen, "居住证", client_message_id="m1")
    assert (await ask(portal.citizen(), "社保", client_message_id="m1"))["answer_id"] != first["answer_id"]


async def test_identical_messages_at_the_same_time_get_one_answer(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    asking = [asyncio.create_task(ask(citizen, "居住证", client_message_id="m1")) for _ in range(3)]
    await portal.rasa.inside(1)
    portal.rasa.release(3)
    replies = await asyncio.gather(*asking)
    assert replies[0] == replies[1] == replies[2]
    assert len(portal.rasa.seen) == 1


async def test_message_under_way_in_another_process_is_waited_for(
    make_portal: Any, citizen: httpx.AsyncClient, portal: Any
) -> None:
    other = make_portal()
    await citizen.get("/api/conversation")
    elsewhere = other.citizen(cookies=dict(citizen.cookies))
    portal.rasa.hold()
    first = asyncio.create_task(ask(citizen, "居住证", client_message_id="m1"))
    await portal.rasa.inside(1)
    second = asyncio.create_task(ask(elsewhere, "居住证", client_message_id="m1"))
    assert not (await asyncio.wait([second], timeout=0.3))[0]
    portal.rasa.release(1)
    assert await second == await first
    assert other.rasa.seen == []


async def test_turns_of_one_conversation_follow_each_other(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    asking = [asyncio.create_task(ask(citizen, f"问题{n}")) for n in range(4)]
    for _ in asking:
        await portal.rasa.inside(1)
        portal.rasa.release(1)
    await asyncio.gather(*asking)
    assert portal.rasa.most_at_once == 1


async def test_different_conversations_are_answered_side_by_side(portal: Any) -> None:
    portal.rasa.hold()
    asking = [asyncio.create_task(ask(portal.citizen(), "居住证")) for _ in range(4)]
    await portal.rasa.inside(4)
    portal.rasa.release(4)
    await asyncio.gather(*asking)


async def test_too_many_waiting_messages_are_refused(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    posts = [
        asyncio.create_task(citizen.post("/api/chat", json={"text": f"问题{number}"})) for number in range(8)
    ]
    waiting = set(posts)
    while len(waiting) > 5:
        done, waiting = await asyncio.wait(waiting, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert done
        assert {post.result().status_code for post in done} == {429}
        assert {post.result().json()["error"]["code"] for post in done} == {"blocked_rate"}
    portal.rasa.release(5)
    assert [response.status_code for response in await asyncio.gather(*waiting)] == [200] * 5
    statuses = Counter(row["status"] for row in portal.rows("answer_log"))
    assert statuses == {"blocked_rate": 3, "answered_guide": 5}
    history = (await citizen.get("/api/conversation")).json()["messages"]
    questions = sorted(one["text"] for one in history if one["role"] == "citizen")
    assert questions == [f"问题{number}" for number in range(8)]
