"""Wishes about recommendations: what is wanted, as the portal is told."""

from __future__ import annotations

from typing import Any

import pytest

from actions.base import Patience
from actions.recommending import NOT_PERSONAL, NOTHING_SHOWN, NOTHING_TO_NAME, RecommendAction
from actions.turn import read_turn
from core.answering import AnswerStatus
from core.errors import Unavailable
from knowledge_base.contract import AnswerReply, Choice, RecommendPart, Target

NOW = 1_790_000_000.0
CURRENT = {"item": "item:7", "aspect": "fee"}


def wish(response: Any) -> RecommendPart:
    """The one part of a reply."""
    (sent,) = response.json()["responses"]
    reply = AnswerReply.model_validate(sent["custom"]["weizheng"])
    assert (reply.status, reply.target) == (AnswerStatus.ANSWERED_CANNED, None)
    (part,) = reply.parts
    assert isinstance(part, RecommendPart)
    return part


def common_of(reply: AnswerReply) -> list[str]:
    (part,) = reply.parts
    assert isinstance(part, RecommendPart)
    return [choice.title for choice in part.common]


async def recommend(turn: Any, **given: Any) -> RecommendPart:
    return wish(await turn("action_recommend", text="推荐一下", intent="recommend", **given))


async def test_common_matters_of_the_district_come_along(turn: Any, knowledge: Any) -> None:
    knowledge.titles = {1: "居民身份证补领", 2: "居住证申领", 3: "民办学校年检"}
    part = await recommend(turn, metadata={"region": "990101"})
    assert (part.act, part.text, part.targets) == ("recommend", NOT_PERSONAL, [])
    assert [choice.title for choice in part.common] == ["居民身份证补领", "居住证申领"]
    assert {region for _, region in knowledge.searched} == {"990101"}


async def test_common_matters_are_searched_once_for_each_district(turn: Any, knowledge: Any) -> None:
    knowledge.titles = {1: "居民身份证补领"}
    for region in ("990101", "990101", "990102"):
        part = await recommend(turn, metadata={"region": region})
        assert [choice.title for choice in part.common] == ["居民身份证补领"]
    assert [region for _, region in knowledge.searched] == ["990101"] * 6 + ["990102"] * 6


async def test_what_is_kept_is_searched_again_and_failures_are_not_kept(knowledge: Any) -> None:
    now = [100.0]
    action = RecommendAction(knowledge, Patience(8.0), lambda: now[0])
    asked = read_turn({"text": "推荐一下", "intent": {"name": "recommend"}}, {"region": "990101"}, [])
    knowledge.error = Unavailable("down")
    assert common_of(await action.reply(asked)) == []
    knowledge.error, knowledge.titles = None, {1: "居民身份证补领"}
    assert common_of(await action.reply(asked)) == ["居民身份证补领"]
    knowledge.titles = {2: "居住证申领"}
    assert common_of(await action.reply(asked)) == ["居民身份证补领"]
    now[0] += 10
    assert common_of(await action.reply(asked)) == ["居住证申领"]


async def test_what_is_talked_of_comes_along(turn: Any) -> None:
    assert (await recommend(turn, slots=CURRENT)).targets == [Target(kind="item", id=7)]


@pytest.mark.parametrize(
    ("error", "delay_s", "left_s"), [(None, 0.0, 8.0), (Unavailable("down"), 0.0, 8.0), (None, 5.0, 0.25)]
)
async def test_without_items_the_portal_still_hears_of_the_wish(
    turn: Any, knowledge: Any, error: Exception | None, delay_s: float, left_s: float
) -> None:
    knowledge.titles = {3: "民办学校年检"}
    knowledge.error, knowledge.delay_s = error, delay_s
    part = await recommend(turn, metadata={"deadline_at": NOW + left_s})
    assert (part.act, part.text, part.common) == ("recommend", NOTHING_TO_NAME, [])


@pytest.mark.parametrize(("intent", "act"), [("why_recommended", "explain"), ("no_more_such", "dismiss")])
async def test_what_was_shown_is_left_to_the_portal(turn: Any, knowledge: Any, intent: str, act: str) -> None:
    response = await turn(f"action_{intent}", text="……", intent=intent, slots=CURRENT)
    part = wish(response)
    assert (part.act, part.text, part.targets) == (act, NOTHING_SHOWN, [Target(kind="item", id=7)])
    assert knowledge.searched == []
    assert response.json()["events"] == []


async def test_common_items_can_be_picked_in_words(turn: Any, knowledge: Any) -> None:
    common = [Choice(title="居住证申领", target=Target(kind="item", id=2))]
    part = RecommendPart(text=NOT_PERSONAL, act="recommend", common=common)
    reply = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[part])
    event = {"event": "bot", "text": None, "data": {"custom": {"weizheng": reply.model_dump(mode="json")}}}
    await turn(text="居住证那个", intent="ask", events=[event])
    assert [choice.target.id for choice in knowledge.asked[0].offered] == [2]
