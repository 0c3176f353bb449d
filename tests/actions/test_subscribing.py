"""Wishes for notices, and for an end of them: what is meant, as the portal is told."""

from __future__ import annotations

from typing import Any

import pytest

from actions.subscribing import BEYOND, HOW, NOT_FOUND
from actions.wishes import read_wish
from core.answering import AnswerStatus
from core.citizens.wishes import SubscriptionKind
from core.errors import Unavailable
from knowledge_base.contract import AnswerReply, Choice, ChoicesPart, SubscribePart, Target

CURRENT = {"item": "item:7", "aspect": "fee"}
ITEM, AGENCY, THEME = SubscriptionKind.ITEM, SubscriptionKind.AGENCY, SubscriptionKind.THEME


def wish(response: Any) -> SubscribePart:
    """The one part of a reply."""
    (sent,) = response.json()["responses"]
    reply = AnswerReply.model_validate(sent["custom"]["weizheng"])
    assert (reply.status, reply.target) == (AnswerStatus.ANSWERED_CANNED, None)
    (part,) = reply.parts
    assert isinstance(part, SubscribePart)
    return part


def told(part: Any) -> dict[str, Any]:
    """A reply of ours as Rasa's tracker holds it."""
    reply = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[part])
    return {"event": "bot", "text": None, "data": {"custom": {"weizheng": reply.model_dump(mode="json")}}}


async def subscribe(turn: Any, text: str, **given: Any) -> SubscribePart:
    return wish(await turn("action_subscribe", text=text, intent="subscribe", **given))


async def unsubscribe(turn: Any, text: str, **given: Any) -> SubscribePart:
    return wish(await turn("action_unsubscribe", text=text, intent="unsubscribe", **given))


@pytest.mark.parametrize("text", ["订阅", "这个事项有变化通知我", "这件事有变化的话告诉我一声", "到时候喊我"])
async def test_the_matter_talked_of_is_meant(turn: Any, knowledge: Any, text: str) -> None:
    part = await subscribe(turn, text, slots=CURRENT)
    assert (part.act, part.targets, part.certain) == ("subscribe", [Target(kind="item", id=7)], True)
    assert knowledge.searched == []


async def test_new_policies_may_be_anybodys(turn: Any) -> None:
    part = await subscribe(turn, "以后有新政策告诉我", slots=CURRENT)
    assert (part.act, part.scope, part.certain) == ("subscribe", None, False)
    assert part.targets == [Target(kind="item", id=7)]


async def test_the_conversation_stays_with_its_matter(turn: Any) -> None:
    response = await turn("action_subscribe", text="订阅", intent="subscribe", slots=CURRENT)
    assert response.json()["events"] == []


@pytest.mark.parametrize(
    ("text", "scope"),
    [("订阅这个部门", AGENCY), ("这一类都订阅", THEME), ("以后材料变了告诉我", ITEM), ("订阅", None)],
)
def test_the_kind_of_subject_is_read(text: str, scope: SubscriptionKind | None) -> None:
    assert read_wish(text, ends=False).scope is scope


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("公积金政策有变化提醒我", "公积金"),
        ("我想关注创业补贴的消息", "创业补贴"),
        ("以后老年人补贴有什么变化，麻烦发消息告诉我", "老年人补贴"),
        ("有新生儿的补贴通知我一声", "新生儿的补贴"),
        ("订阅公安局的消息", "公安局"),
        ("有新政策了记得告诉我", ""),
        ("把通知发给我", ""),
    ],
)
def test_a_matter_that_is_named_is_read(text: str, named: str) -> None:
    assert read_wish(text, ends=False).named == named


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("退订", "unsubscribe"),
        ("不要再通知我了", "unsubscribe"),
        ("全部退订", "unsubscribe_all"),
        ("把我订阅的都取消", "unsubscribe_all"),
        ("都退了吧", "unsubscribe_all"),
        ("怎么取消订阅", "list"),
        ("我的订阅", "list"),
        ("取消我的订阅", "unsubscribe"),
        ("公积金的消息都不要了", "unsubscribe"),
        ("公安局的全部退订", "unsubscribe"),
        ("这个部门的消息全部不要了", "unsubscribe"),
        ("这个以后都不要通知我了", "unsubscribe"),
    ],
)
def test_an_end_is_read(text: str, act: str) -> None:
    assert read_wish(text, ends=True).act == act


@pytest.mark.parametrize("text", ["我订阅了什么", "看看我的订阅", "查一下我订了些啥"])
def test_whoever_asks_for_the_list_gets_no_subscription(text: str) -> None:
    assert read_wish(text, ends=False).act == "list"


@pytest.mark.parametrize("text", ["驾照到期提醒", "发短信通知我", "有结果通知我", "每周给我发一次新政策"])
async def test_what_nobody_here_can_do_is_no_subscription(turn: Any, text: str) -> None:
    part = await subscribe(turn, text, slots=CURRENT)
    assert (part.act, part.text) == ("explain", BEYOND)


async def test_whoever_asks_how_is_told(turn: Any) -> None:
    part = await subscribe(turn, "怎么订阅", slots=CURRENT)
    assert (part.act, part.text, part.targets) == ("explain", HOW, [Target(kind="item", id=7)])


async def test_a_named_matter_is_looked_for_and_not_taken_for_the_one_talked_of(
    turn: Any, knowledge: Any
) -> None:
    knowledge.titles = {3: "住房公积金提取", 4: "居住证申领", 5: "住房公积金贷款"}
    part = await subscribe(turn, "公积金政策有变化提醒我", slots={**CURRENT, "region": "990101"})
    assert part.targets == [Target(kind="item", id=3), Target(kind="item", id=5)]
    assert (part.certain, part.named) == (False, "公积金")
    assert knowledge.searched == [("公积金", "990101")]


async def test_a_named_matter_that_is_talked_of_is_certain(turn: Any, knowledge: Any) -> None:
    knowledge.titles = {3: "居住证签注", 7: "居住证申领"}
    part = await subscribe(turn, "居住证要是有变动通知我", slots=CURRENT)
    assert (part.targets[0], part.certain) == (Target(kind="item", id=7), True)


async def test_a_number_that_was_masked_is_no_matter(turn: Any, knowledge: Any) -> None:
    part = await subscribe(turn, "有变化通知我，我是〔电话号码〕", slots=CURRENT)
    assert (part.named, part.certain) == ("", True)
    assert knowledge.searched == []


async def test_a_matter_that_is_not_found_is_no_subscription(turn: Any, knowledge: Any) -> None:
    knowledge.titles = {4: "居住证申领"}
    part = await subscribe(turn, "关注航天发射的消息", slots=CURRENT)
    assert (part.targets, part.certain, part.text) == ([], False, NOT_FOUND)


async def test_without_the_search_nothing_is_guessed(turn: Any, knowledge: Any) -> None:
    knowledge.error = Unavailable("down")
    response = await turn("action_subscribe", text="公积金有变化通知我", intent="subscribe", slots=CURRENT)
    (sent,) = response.json()["responses"]
    assert sent["custom"]["weizheng"]["status"] == "error_unavailable"


async def test_nothing_talked_of_is_nothing_to_subscribe_to(turn: Any) -> None:
    part = await subscribe(turn, "订阅")
    assert (part.targets, part.certain, part.text) == ([], False, HOW)


async def test_what_was_offered_last_may_be_meant(turn: Any) -> None:
    offer = ChoicesPart(text="哪一个？", choices=[Choice(title="甲", target=Target(kind="item", id=3))])
    part = await subscribe(turn, "订阅", events=[told(offer)])
    assert (part.targets, part.certain) == ([Target(kind="item", id=3)], False)


async def test_a_question_back_is_answered_in_words(turn: Any) -> None:
    asked = SubscribePart(text="…", act="subscribe", targets=[Target(kind="item", id=3)], named="公积金")
    part = await subscribe(turn, "订阅这个部门", events=[told(asked)], slots=CURRENT)
    assert (part.targets, part.scope, part.certain) == ([Target(kind="item", id=3)], AGENCY, False)


async def test_what_is_ended_is_not_searched_for(turn: Any, knowledge: Any) -> None:
    part = await unsubscribe(turn, "公积金的订阅退了", slots=CURRENT)
    assert (part.act, part.named, part.targets) == ("unsubscribe", "公积金", [Target(kind="item", id=7)])
    assert knowledge.searched == []


async def test_a_wish_for_notices_is_no_earlier_question(turn: Any, knowledge: Any) -> None:
    said = [
        {"event": "user", "text": text, "parse_data": {"intent": {"name": intent}}}
        for text, intent in (("居住证要什么材料", "ask_materials"), ("订阅", "subscribe"), ("多久", "ask"))
    ]
    await turn("action_ask", text="多久", intent="ask", events=said)
    assert knowledge.asked[0].earlier == ["居住证要什么材料"]
