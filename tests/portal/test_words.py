"""Sensitive words on the citizens' side: what is refused, logged, withheld or masked, and what is not."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from core.answering import AnswerStatus
from core.catalogue.models import Agency
from core.catalogue.writes import CatalogueWrites
from core.text.urgent import in_case_of_danger
from knowledge_base.contract import AnswerPart
from staff.actors import Operator
from staff.runner import CommandRunner
from staff.word_commands import WORD_COMMANDS
from tests.portal.conftest import text_reply

SECRET = "老王家的"


async def teach(portal: Any, text: str, **given: Any) -> int:
    """Another process saves a word; ours has seen it."""
    run = CommandRunner(portal.engine, portal.clock, WORD_COMMANDS).run
    number = run(Operator(), "word.save", {"text": text, **given})
    await asyncio.sleep(0.55)
    return int(number)


async def say(citizen: httpx.AsyncClient, text: str = "居住证", **more: Any) -> dict[str, Any]:
    answer = await citizen.post("/api/chat", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_refused_word_is_answered_with_fixed_words_and_goes_nowhere(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await say(citizen)
    number = await teach(portal, "违禁品", scope="in")
    asked = len(portal.rasa.seen), len(portal.knowledge.told)
    told = await say(citizen, f"{SECRET}违 禁*品在哪买")
    assert told["status"] == "blocked_sensitive"
    assert "12345" in told["messages"][0]["text"]
    assert (len(portal.rasa.seen), len(portal.knowledge.told)) == asked
    (hit,) = portal.rows("word_hit")
    assert (hit["word"], hit["scope"], hit["action"], hit["channel"]) == (number, "in", "refuse", "web")
    assert hit["answer_id"] == told["answer_id"]
    assert hit["shown"] == "违○○○○"
    assert SECRET not in str(hit)
    row = next(row for row in portal.rows("answer_log") if row["id"] == told["answer_id"])
    assert row["status"] == "blocked_sensitive"


async def test_the_word_may_have_a_sentence_of_its_own(portal: Any, citizen: httpx.AsyncClient) -> None:
    await teach(portal, "违禁品", reply="请向公安机关咨询。")
    assert (await say(citizen, "违禁品"))["messages"][0]["text"] == "请向公安机关咨询。"


async def test_a_word_that_is_only_logged_is_answered(portal: Any, citizen: httpx.AsyncClient) -> None:
    await teach(portal, "假证", scope="in", in_action="log")
    told = await say(citizen, "假证和假证")
    assert told["status"] == "answered_guide"
    assert [(hit["action"], hit["answer_id"]) for hit in portal.rows("word_hit")] == [
        ("log", told["answer_id"])
    ]


async def test_danger_goes_before_any_word(portal: Any, citizen: httpx.AsyncClient) -> None:
    await teach(portal, "着火")
    assert (await say(citizen, "我家着火了"))["status"] == "referred_urgent"
    assert portal.rows("word_hit") == []


async def test_danger_that_the_dialogue_engine_hears_goes_before_words_and_switch(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await teach(portal, "报警", scope="both")
    portal.rasa.reply = text_reply("请立即拨打110报警。", AnswerStatus.REFERRED_URGENT)
    heard = await say(citizen, "有自杀念头想找人聊聊")
    assert (heard["status"], heard["messages"][0]["text"]) == ("referred_urgent", "请立即拨打110报警。")


async def test_whoever_is_refused_for_a_word_is_told_whom_to_call(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await teach(portal, "自杀")
    told = await say(citizen, "自杀的想法越来越强烈怎么办")
    assert told["status"] == "blocked_sensitive"
    assert told["messages"][-1]["text"] == in_case_of_danger()


async def test_a_change_is_in_force_within_a_second(portal: Any, citizen: httpx.AsyncClient) -> None:
    number = await teach(portal, "违禁品")
    assert (await say(citizen, "违禁品"))["status"] == "blocked_sensitive"
    await teach(portal, "违禁品", id=number, active=False)
    assert (await say(citizen, "违禁品"))["status"] == "answered_guide"


async def test_a_masked_answer_says_so(portal: Any, citizen: httpx.AsyncClient) -> None:
    number = await teach(portal, "住址证明", scope="out", out_action="mask")
    told = await say(citizen)
    assert told["status"] == "answered_guide"
    answer, note = told["messages"]
    assert "居住地○○ 复印件1份" in answer["text"]
    assert answer["citations"][0]["url"] == "https://example.gov.cn/jzz"
    assert "以“○○”代替" in note["text"]
    assert "与来源原文不完全一致" in note["text"]
    history = (await citizen.get("/api/conversation")).json()["messages"]
    assert "住址证明" not in str(history)
    (hit,) = portal.rows("word_hit")
    assert (hit["word"], hit["scope"], hit["action"]) == (number, "out", "mask")
    assert hit["answer_id"] == told["answer_id"]


@pytest.mark.parametrize("shown", ["住址证明", "应当提交", "居住证办法", "居住证签注", "居住证申领"])
async def test_every_text_that_is_shown_is_looked_at(
    shown: str, portal: Any, citizen: httpx.AsyncClient
) -> None:
    await teach(portal, shown, scope="out", out_action="mask")
    told = await say(citizen)
    assert shown not in str(told["messages"])
    assert "○○" in str(told["messages"][0])


async def test_a_withheld_answer_is_not_shown(portal: Any, citizen: httpx.AsyncClient) -> None:
    await teach(portal, "身份证 原件", scope="out", out_action="mask")
    await teach(portal, "应当提交", scope="out", out_action="withhold")
    told = await say(citizen)
    assert told["status"] == "blocked_sensitive"
    assert [one["kind"] for one in told["messages"]] == ["text"]
    assert "12345" in told["messages"][0]["text"]
    assert "住址证明" not in portal.dump()
    row = next(row for row in portal.rows("answer_log") if row["id"] == told["answer_id"])
    assert "item:12" in str(row["versions"]), "staff can find what was withheld"
    # Nobody was told it: nothing of it is to be corrected.
    assert portal.rows("answer_source") == []
    assert {hit["action"] for hit in portal.rows("word_hit")} == {"mask", "withhold"}


async def test_a_question_back_keeps_its_buttons_last(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    portal.rasa.reply = replies["clarify"]()
    await teach(portal, "签注", scope="out", out_action="mask")
    told = await say(citizen)
    assert [one["kind"] for one in told["messages"]] == ["text", "choices"]
    titles = [one["title"] for one in told["messages"][1]["choices"]]
    assert titles == ["居住证申领", "居住证○○"]
    portal.rasa.reply = replies["text"]("好的。")
    payload = told["messages"][1]["choices"][1]["payload"]
    assert (await citizen.post("/api/chat", json={"payload": payload})).json()["status"] == "answered_canned"


async def test_an_agencys_word_is_for_what_is_quoted_from_it(portal: Any, citizen: httpx.AsyncClient) -> None:
    writes = CatalogueWrites(portal.engine)
    for external_id, name in (("gaj", "示例市公安局"), ("ybj", "示例市医保局")):
        writes.put_agency(Agency(external_id=external_id, name=name))
    await teach(portal, "住址证明", scope="out", out_action="mask", agency="ybj")
    assert len((await say(citizen))["messages"]) == 1
    await teach(portal, "住址证明", scope="out", out_action="mask", agency="gaj")
    assert len((await say(citizen))["messages"]) == 2
    portal.rasa.reply = portal.rasa.reply.model_copy(update={"parts": [AnswerPart(text="住址证明")]})
    assert "住址证明" in (await say(citizen))["messages"][0]["text"]


async def test_words_hold_without_the_dialogue_engine(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.rasa.reply = httpx.Response(500)
    await teach(portal, "住址证明", scope="out", out_action="mask")
    await teach(portal, "违禁品")
    told = (await say(citizen))["messages"]
    assert "○○" in told[0]["text"]
    assert (await say(citizen, "违禁品"))["status"] == "blocked_sensitive"
    assert len(portal.knowledge.asked) == 1


async def test_an_answer_goes_out_where_hits_cannot_be_logged(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await teach(portal, "住址证明", scope="out", out_action="mask")
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE word_hit")
    assert "○○" in (await say(citizen))["messages"][0]["text"]


async def test_a_message_sent_again_is_logged_once(portal: Any, citizen: httpx.AsyncClient) -> None:
    await teach(portal, "违禁品")
    first = await say(citizen, "违禁品", client_message_id="m1")
    assert await say(citizen, "违禁品", client_message_id="m1") == first
    assert len(portal.rows("word_hit")) == 1


async def test_an_offer_with_a_withheld_word_goes_and_the_answer_stays(portal: Any, offers: Any) -> None:
    await teach(portal, "出生医学证明", scope="out", out_action="withhold")
    await teach(portal, "津贴", scope="out", out_action="mask")
    portal.recommending.found = offers["list"](
        offers["one"](20, "出生医学证明"), offers["one"](21, "生育津贴")
    )
    citizen = portal.citizen()
    version = portal.services.notice.version
    agreed = {"personalize": True}
    await citizen.put("/api/consents", params={"notice_version": version}, json=agreed)
    body = (await citizen.post("/api/chat", json={"text": "新生儿医保"})).json()
    (services,) = [one for one in body["messages"] if one["kind"] == "services"]
    assert body["status"] == "answered_guide"
    assert [one["name"] for one in services["items"]] == ["生育○○"]
    assert "津贴" not in str(services)


async def test_a_question_goes_with_the_card_that_it_is_about(portal: Any, offers: Any) -> None:
    await teach(portal, "出生医学证明", scope="out", out_action="withhold")
    portal.recommending.found = offers["list"](
        offers["one"](20, "出生医学证明", missing=("hukou_city",)), offers["one"](21, "生育津贴")
    )
    citizen = portal.citizen()
    version = portal.services.notice.version
    agreed = {"personalize": True, "profile_facts": True}
    await citizen.put("/api/consents", params={"notice_version": version}, json=agreed)
    body = (await citizen.post("/api/chat", json={"text": "新生儿医保"})).json()
    assert [one["kind"] for one in body["messages"]] == ["answer", "services"]
