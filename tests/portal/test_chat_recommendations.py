"""Recommendations in the conversation, over HTTP: after an answer, on demand, why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from apps.portal import recommendation_words as words
from core.answering import AnswerStatus
from core.errors import Unavailable
from core.text.complaints import complaint_advice
from core.text.urgent import Urgent, urgent_advice
from knowledge_base.contract import AnswerPart, AnswerReply, Choice, ItemRef, Target
from tests.portal.asking import BORN, agree, ask, names, send, wants


@pytest.fixture
def born(portal: Any, offers: Any) -> None:
    """What goes with a birth is recommended."""
    portal.recommending.found = offers["list"](*(offers["one"](*one) for one in BORN))


@pytest.mark.usefixtures("born")
async def test_after_an_answer_come_at_most_three_with_a_reason(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await agree(citizen)
    answer, services = await ask(citizen)
    assert (answer["kind"], services["kind"]) == ("answer", "services")
    assert (services["text"], services["personalized"]) == (words.ALSO_NEEDED, True)
    assert names(services) == ["出生医学证明", "儿童预防接种", "生育津贴"]
    first = services["items"][0]
    assert first["reason"] == "因为您问过新生儿医保，出生医学证明常一起办"
    assert first["eligibility"] == {
        "verdict": "eligible", "met": 2, "total": 2, "missing": [],
        "text": "按您提供的情况，符合公布的条件。",
    }  # fmt: skip
    assert {"item_id", "agency", "source", "url", "payload"} <= set(first)
    # One list is enough.
    assert answer["related"] == []
    (asked,) = portal.recommending.asked
    assert asked[3:] == ((12,), True)


@pytest.mark.usefixtures("born")
async def test_a_card_opens_the_answer_about_its_item(portal: Any, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    _, services = await ask(citizen)
    await send(citizen, payload=services["items"][1]["payload"])
    assert portal.rasa.messages[-1] == '/choose{"target_kind":"item","target_id":21}'


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("第二个", '/choose{"target_kind":"item","target_id":21}'),
        ("2", '/choose{"target_kind":"item","target_id":21}'),
        ("生育津贴那个", '/choose{"target_kind":"item","target_id":22}'),
        ("第六个", "第六个"),
        ("社保卡那个", "社保卡那个"),
    ],
)
@pytest.mark.usefixtures("born")
async def test_a_card_is_picked_in_words(
    portal: Any, citizen: httpx.AsyncClient, text: str, sent: str
) -> None:
    await agree(citizen)
    await ask(citizen)
    await ask(citizen, text)
    assert portal.rasa.messages[-1] == sent


@pytest.mark.usefixtures("born")
async def test_words_pick_only_of_what_was_just_shown(portal: Any, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    await ask(citizen)
    portal.recommending.error = Unavailable("down")
    await ask(citizen, "多少钱")
    await ask(citizen, "第二个")
    assert portal.rasa.messages[-1] == "第二个"


@pytest.mark.usefixtures("born")
async def test_without_the_consent_an_answer_stays_as_it_is(portal: Any, citizen: httpx.AsyncClient) -> None:
    (answer,) = await ask(citizen)
    assert [one["name"] for one in answer["related"]] == ["居住证签注"]
    await agree(citizen, "push_web", "profile_facts")
    assert len(await ask(citizen)) == 1
    assert portal.recommending.asked == []


@pytest.mark.usefixtures("born")
async def test_the_item_just_answered_and_what_was_offered_before_are_left_out(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    await agree(citizen)
    portal.recommending.found = offers["list"](
        offers["one"](12, "居住证申领"), *(offers["one"](*one) for one in BORN)
    )
    shown = [names(services) for _, services in (await ask(citizen), await ask(citizen, "多少钱"))]
    assert shown == [["出生医学证明", "儿童预防接种", "生育津贴"], ["新生儿参保"]]
    assert len(await ask(citizen, "在哪办")) == 1


@pytest.mark.parametrize("status", sorted(set(AnswerStatus) - {"answered_guide", "answered_passage"}))
@pytest.mark.usefixtures("born")
async def test_after_anything_but_an_answer_nothing_is_offered(
    portal: Any, citizen: httpx.AsyncClient, replies: Any, status: AnswerStatus
) -> None:
    await agree(citizen)
    portal.rasa.reply = replies["text"]("一句话。", status)
    response = await citizen.post("/api/chat", json={"text": "新生儿医保"})
    assert "services" not in response.text
    assert portal.recommending.asked == []


@pytest.mark.parametrize("text", ["我要投诉，居住证到底多久能办", "他拿刀砍人，救命", "窗口态度太差了"])
@pytest.mark.usefixtures("born")
async def test_whoever_complained_or_was_in_need_is_left_alone_for_a_while(
    portal: Any, citizen: httpx.AsyncClient, text: str
) -> None:
    await agree(citizen)
    assert [one["kind"] for one in await ask(citizen, text)] in (["answer"], ["text"])
    assert [one["kind"] for one in await ask(citizen, "居住证要什么材料")] == ["answer"]
    portal.clock.move_to(portal.clock.now() + timedelta(minutes=31))
    assert [one["kind"] for one in await ask(citizen, "居住证要什么材料")] == ["answer", "services"]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (complaint_advice("12345"), AnswerStatus.ANSWERED_CANNED),
        (urgent_advice(Urgent.VIOLENCE), AnswerStatus.REFERRED_URGENT),
    ],
)
@pytest.mark.usefixtures("born")
async def test_trouble_that_the_dialogue_engine_hears_counts(
    portal: Any, citizen: httpx.AsyncClient, replies: Any, told: str, status: AnswerStatus
) -> None:
    await agree(citizen)
    portal.rasa.replies["那人把我晾了一上午"] = replies["text"](told, status)
    await ask(citizen, "那人把我晾了一上午")
    assert [one["kind"] for one in await ask(citizen, "居住证要什么材料")] == ["answer"]
    portal.clock.move_to(portal.clock.now() + timedelta(minutes=31))
    assert [one["kind"] for one in await ask(citizen, "居住证要什么材料")] == ["answer", "services"]


@pytest.mark.parametrize(("error", "delay_s"), [(Unavailable("down"), 0), (ValueError("x"), 0), (None, 3.0)])
@pytest.mark.usefixtures("born")
async def test_an_answer_never_waits_or_fails_for_it(
    portal: Any, citizen: httpx.AsyncClient, error: Exception | None, delay_s: float
) -> None:
    await agree(citizen)
    portal.recommending.error, portal.recommending.delay_s = error, delay_s
    (answer,) = await ask(citizen)
    assert answer["kind"] == "answer"
    assert len(answer["related"]) == 1


async def test_what_rests_on_nobody_is_not_added_to_an_answer(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    await agree(citizen)
    portal.recommending.found = offers["list"](offers["one"](20, "出生医学证明"), personalized=False)
    (answer,) = await ask(citizen)
    assert (answer["kind"], len(answer["related"])) == ("answer", 1)


@pytest.mark.usefixtures("born")
async def test_on_demand_there_are_five_around_what_is_talked_of(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    wants(portal, targets=[Target(kind="item", id=12), Target(kind="document", id=7)])
    (services,) = await ask(citizen, "有什么我能办的")
    assert (services["text"], len(services["items"])) == (words.FOR_YOU, 4)
    (asked,) = portal.recommending.asked
    assert asked[2:] == (5, (12,), True)


@pytest.mark.parametrize("text", ["不按个人情况推荐", "不要用我的个人数据，推荐几个常办的"])
@pytest.mark.usefixtures("born")
async def test_a_choice_without_the_person_is_always_at_hand(
    portal: Any, citizen: httpx.AsyncClient, text: str
) -> None:
    await agree(citizen)
    wants(portal)
    (services,) = await ask(citizen, text)
    assert (services["text"], services["personalized"]) == (words.NOT_BY_YOURS, False)


async def test_with_consent_but_nothing_known_nobody_is_asked_to_agree_again(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    await agree(citizen)
    wants(portal)
    portal.recommending.found = offers["list"](offers["one"](20, "出生医学证明"), personalized=False)
    (services,) = await ask(citizen, "推荐一下")
    assert (services["text"], services["personalized"]) == (words.FOR_ALL_SO_FAR, False)


async def test_without_consent_the_list_says_what_it_is(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    wants(portal)
    portal.recommending.found = offers["list"](offers["one"](20, "出生医学证明"), personalized=False)
    (services,) = await ask(citizen, "推荐一下")
    assert (services["text"], services["personalized"]) == (words.FOR_ALL, False)


@pytest.mark.parametrize("error", [Unavailable("down"), None])
async def test_common_items_stand_in_where_nothing_is_recommended(
    portal: Any, citizen: httpx.AsyncClient, error: Exception | None
) -> None:
    portal.recommending.error = error
    common = [Choice(title="居住证申领", target=Target(kind="item", id=12))]
    wants(portal, text="常见的：", common=common)
    (choices,) = await ask(citizen, "推荐一下")
    assert (choices["kind"], choices["text"]) == ("choices", "常见的：")
    await ask(citizen, "居住证申领")
    assert portal.rasa.messages[-1] == '/choose{"target_kind":"item","target_id":12}'
    assert [one["title"] for one in choices["choices"]] == ["居住证申领"]
    wants(portal, text="没有。")
    (told,) = await ask(citizen, "推荐一下")
    assert (told["kind"], told["text"]) == ("text", "没有。")


@pytest.mark.usefixtures("born")
async def test_why_tells_the_reason_of_what_is_named(portal: Any, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    await ask(citizen)
    wants(portal, "explain")
    (told,) = await ask(citizen, "为什么推荐生育津贴")
    assert told["text"].startswith("“生育津贴”：因为您问过新生儿医保，生育津贴常一起办")
    assert "出生医学证明" not in told["text"]
    assert words.ON_WHAT_IT_RESTS in told["text"]
    (told,) = await ask(citizen, "为什么给我推荐这些")
    assert all(f"“{name}”" in told["text"] for name in ("出生医学证明", "儿童预防接种", "生育津贴"))
    (told,) = await ask(citizen, "第二个为什么推荐")
    assert told["text"].startswith("“儿童预防接种”")


@pytest.mark.usefixtures("born")
async def test_why_this_one_is_that_which_was_just_picked(portal: Any, citizen: httpx.AsyncClient) -> None:
    wants(portal)
    (services,) = await ask(citizen, "推荐一下")
    picked = services["items"][1]
    about = ItemRef(item_id=picked["item_id"], name=picked["name"])
    portal.rasa.reply = AnswerReply(
        status=AnswerStatus.ANSWERED_GUIDE, parts=[AnswerPart(text="…", citations=[], item=about)]
    )
    await send(citizen, payload=picked["payload"])
    wants(portal, "explain")
    (told,) = await ask(citizen, "为什么推荐这个")
    assert told["text"].startswith("“儿童预防接种”")
    assert "出生医学证明" not in told["text"]


@pytest.mark.usefixtures("born")
async def test_why_rests_on_what_held_when_it_was_shown(portal: Any, citizen: httpx.AsyncClient) -> None:
    await agree(citizen)
    wants(portal)
    await ask(citizen, "不按个人情况推荐")
    wants(portal, "explain")
    (told,) = await ask(citizen, "为什么给我推荐这些")
    assert told["text"].endswith(words.ON_NOBODY)
    wants(portal)
    await ask(citizen, "推荐一下")
    await citizen.put("/api/consents", json={"personalize": False})
    wants(portal, "explain")
    (told,) = await ask(citizen, "为什么给我推荐这些")
    assert told["text"].endswith(words.ON_WHAT_IT_RESTS)


@pytest.mark.usefixtures("born")
async def test_what_was_not_shown_is_not_explained_as_if_it_were(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    wants(portal)
    await ask(citizen, "推荐一下")
    wants(portal, "explain")
    (told,) = await ask(citizen, "为什么推荐公租房")
    assert told["text"].startswith(words.NOT_SHOWN)


@pytest.mark.parametrize("act", ["explain", "dismiss"])
async def test_where_nothing_was_shown_that_is_said(
    portal: Any, citizen: httpx.AsyncClient, act: str
) -> None:
    wants(portal, act)
    (told,) = await ask(citizen, "不再推荐此类")
    assert (told["kind"], told["text"]) == ("text", "没有推荐过。")
