"""Choosing in words and by yes, districts, and the acts that send a citizen elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from core.answering import AnswerStatus, Aspect
from core.errors import Unavailable
from core.text.urgent import Urgent, in_case_of_danger, urgent_advice
from knowledge_base.contract import AnswerPart, AnswerReply, Choice, ChoicesPart, Target, TextPart

NOW = 1_790_000_000.0
HOTLINE = "12399"
ITEM = {"item": "item:7", "aspect": "fee"}
EAST = Choice(
    title="居住证申领（东区）", target=Target(kind="item", id=3), aspect=Aspect.FEE, region="990102"
)
OTHER = Choice(title="居住证补领", target=Target(kind="item", id=4))
CARD = AnswerReply(
    status=AnswerStatus.ANSWERED_GUIDE,
    parts=[AnswerPart(text="电话：0999-1", aspect=Aspect.PHONE)],
    target=Target(kind="item", id=7),
    aspect=Aspect.PHONE,
)


def message(response: Any) -> dict[str, Any]:
    """The one message of a reply, as the portal reads it."""
    (sent,) = response.json()["responses"]
    return dict(sent["custom"]["weizheng"])


def slots(response: Any) -> dict[str, Any]:
    """Slots that the reply changes."""
    return {event["name"]: event["value"] for event in response.json()["events"]}


def said(text: str, intent: str = "ask") -> dict[str, Any]:
    """A citizen's message as Rasa's tracker holds it."""
    return {"event": "user", "text": text, "parse_data": {"intent": {"name": intent}}}


def told(reply: AnswerReply) -> dict[str, Any]:
    """Our message as Rasa's tracker holds it."""
    return {"event": "bot", "text": None, "data": {"custom": {"weizheng": reply.model_dump(mode="json")}}}


def offering(*choices: Choice) -> dict[str, Any]:
    """A question back as Rasa's tracker holds it."""
    parts = [ChoicesPart(text="哪一个？", choices=list(choices))]
    return told(AnswerReply(status=AnswerStatus.CLARIFY, parts=parts))


CANNED = told(AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[TextPart(text="…")]))


async def test_a_question_carries_what_the_last_reply_offered(turn: Any, knowledge: Any) -> None:
    await turn(text="第二个", intent="ask", events=[said("居住证"), offering(EAST, OTHER), said("第二个")])
    assert knowledge.asked[0].offered == [EAST, OTHER]


@pytest.mark.parametrize("events", [[], [CANNED], [offering(EAST), said("谢谢"), CANNED, said("第一个")]])
async def test_an_older_offer_is_no_offer(turn: Any, knowledge: Any, events: list[Any]) -> None:
    await turn(text="第一个", intent="ask", events=events)
    assert knowledge.asked[0].offered == []


async def test_a_broken_message_of_ours_offers_nothing(turn: Any, knowledge: Any) -> None:
    await turn(intent="ask", events=[{"event": "bot", "data": {"custom": {"weizheng": {"parts": 3}}}}])
    assert knowledge.asked[0].offered == []


async def test_the_district_is_asked_for_once(turn: Any, knowledge: Any) -> None:
    knowledge.reply = AnswerReply(
        status=AnswerStatus.CLARIFY,
        parts=[ChoicesPart(text="您在哪个区？", choices=[EAST])],
        asks_region=True,
    )
    first = await turn()
    assert slots(first)["region_asked"] is True
    again = await turn(slots={"region_asked": True})
    assert [asked.region_asked for asked in knowledge.asked] == [False, True]
    assert "region_asked" not in slots(again)


async def test_a_district_named_in_words_is_kept(turn: Any, knowledge: Any) -> None:
    knowledge.reply = CARD.model_copy(update={"region": "990102"})
    assert slots(await turn(slots={"region": "990101"}))["region"] == "990102"


async def test_a_picked_choice_tells_its_district(turn: Any, knowledge: Any) -> None:
    entities = [
        {"entity": "target_kind", "value": "item"},
        {"entity": "target_id", "value": 3},
        {"entity": "region", "value": "990102"},
    ]
    given = {"entities": entities, "metadata": {"region": None}, "slots": {"region_asked": True}}
    response = await turn("action_choose", text="/choose{}", intent="choose", **given)
    assert (knowledge.asked[0].region, knowledge.asked[0].region_asked) == ("990102", True)
    assert slots(response)["region"] == "990102"


@pytest.mark.parametrize("region", ["东区", "99010", "9901021", 990102])
async def test_a_district_of_another_form_is_an_error(turn: Any, knowledge: Any, region: Any) -> None:
    entities = [
        {"entity": "target_kind", "value": "item"},
        {"entity": "target_id", "value": 3},
        {"entity": "region", "value": region},
    ]
    response = await turn("action_choose", intent="choose", entities=entities)
    assert message(response)["status"] == "error_internal"
    assert knowledge.asked == []


async def test_another_matter_forgets_the_aspect(turn: Any, knowledge: Any) -> None:
    knowledge.reply = CARD.model_copy(update={"target": Target(kind="item", id=8), "aspect": None})
    assert slots(await turn(slots=ITEM)) == {"item": "item:8", "aspect": None}


async def test_a_yes_takes_the_only_choice(turn: Any, knowledge: Any) -> None:
    knowledge.reply = CARD
    events = [said("居住证多少钱"), offering(EAST), said("对", "affirm")]
    response = await turn("action_affirm", text="对", intent="affirm", events=events)
    (asked,) = knowledge.asked
    assert (asked.chosen, asked.aspect, asked.region) == (EAST.target, Aspect.FEE, "990102")
    assert asked.question == "居住证多少钱"
    assert slots(response) == {"region": "990102", "item": "item:7", "aspect": "phone"}


async def test_a_yes_to_several_choices_offers_them_again(turn: Any, knowledge: Any) -> None:
    events = [said("居住证"), offering(EAST, OTHER), said("对", "affirm")]
    reply = message(await turn("action_affirm", text="对", intent="affirm", events=events))
    assert reply["status"] == "clarify"
    assert [choice["title"] for choice in reply["parts"][0]["choices"]] == [EAST.title, OTHER.title]
    assert knowledge.asked == []


async def test_a_yes_between_is_not_the_question_that_was_offered_for(turn: Any, knowledge: Any) -> None:
    offer = offering(EAST, OTHER)
    events = [said("居住证多少钱"), offer, said("对", "affirm"), offer, said("/choose{}", "choose")]
    entities = [{"entity": "target_kind", "value": "item"}, {"entity": "target_id", "value": 4}]
    await turn("action_choose", text="/choose{}", intent="choose", entities=entities, events=events)
    assert knowledge.asked[0].question == "居住证多少钱"


async def test_a_yes_to_nothing_asks_for_the_matter(turn: Any, knowledge: Any) -> None:
    response = await turn("action_affirm", text="对", intent="affirm", events=[CANNED], slots=ITEM)
    assert message(response)["status"] == "answered_canned"
    assert (knowledge.asked, slots(response)) == ([], {})


@pytest.mark.parametrize("act", ["human", "complain"])
async def test_a_wish_for_people_names_the_hotline(turn: Any, knowledge: Any, act: str) -> None:
    reply = message(await turn(f"action_{act}", text="转人工", intent=act))
    assert reply["status"] == "answered_canned"
    assert [part["kind"] for part in reply["parts"]] == ["text"]
    assert HOTLINE in reply["parts"][0]["text"]
    assert knowledge.asked == []


@pytest.mark.parametrize("act", ["human", "complain"])
async def test_a_wish_for_people_names_the_agency_too(turn: Any, knowledge: Any, act: str) -> None:
    knowledge.reply = CARD
    response = await turn(f"action_{act}", text="转人工", intent=act, slots=ITEM)
    (asked,) = knowledge.asked
    assert (asked.chosen, asked.aspect) == (Target(kind="item", id=7), None)
    assert "电话" in asked.question
    assert "时间" in asked.question
    kinds = [part["kind"] for part in message(response)["parts"]]
    assert (message(response)["status"], kinds) == ("answered_canned", ["text", "answer"])
    # The conversation is about the same matter as before.
    assert slots(response) == {}


async def test_a_wish_for_people_beside_a_document_names_the_hotline(turn: Any, knowledge: Any) -> None:
    slot = {"item": "document:7"}
    reply = message(await turn("action_human", text="转人工", intent="human", slots=slot))
    assert (len(reply["parts"]), knowledge.asked) == (1, [])


async def test_a_complaint_of_something_else_names_no_agency_of_the_last_matter(
    turn: Any, knowledge: Any
) -> None:
    text = "我楼下烧烤摊油烟太大熏得人受不了该找哪个投诉"
    reply = message(await turn("action_complain", text=text, intent="complain", slots=ITEM))
    assert (len(reply["parts"]), knowledge.asked) == (1, [])
    assert HOTLINE in reply["parts"][0]["text"]


async def test_without_the_knowledge_service_the_hotline_is_still_named(turn: Any, knowledge: Any) -> None:
    knowledge.error = Unavailable("down")
    reply = message(await turn("action_complain", text="我要投诉", intent="complain", slots=ITEM))
    assert reply["status"] == "answered_canned"
    assert HOTLINE in reply["parts"][0]["text"]


UNSURE = AnswerReply(status=AnswerStatus.CLARIFY, parts=[TextPart(text="哪一个？")])


@pytest.mark.parametrize("kind", Urgent)
async def test_danger_is_answered_with_the_reviewed_words(turn: Any, knowledge: Any, kind: Urgent) -> None:
    knowledge.reply = UNSURE
    response = await turn("action_urgent", text="…", intent=f"urgent_{kind}", slots=ITEM)
    assert message(response)["status"] == "referred_urgent"
    assert message(response)["parts"] == [{"kind": "text", "text": urgent_advice(kind)}]
    assert slots(response) == {}
    assert (knowledge.asked[0].current, knowledge.asked[0].question) == (None, "…")


@pytest.mark.parametrize(
    "wrong", [{"error": Unavailable("down")}, {"error": RuntimeError("broken")}, {"delay_s": 60.0}]
)
async def test_danger_does_not_wait_for_the_knowledge_service(
    turn: Any, knowledge: Any, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    monkeypatch.setattr("actions.referring._AT_ONCE_S", 0.05)
    for name, value in wrong.items():
        setattr(knowledge, name, value)
    assert message(await turn("action_urgent", intent="urgent_fire"))["status"] == "referred_urgent"


async def test_what_is_surely_a_matter_is_answered_behind_a_word_of_caution(
    turn: Any, knowledge: Any
) -> None:
    said = message(await turn("action_urgent", text="被骗交的押金怎么退", intent="urgent_fraud"))
    assert said["status"] == knowledge.reply.status
    assert [part["text"] for part in said["parts"]] == [in_case_of_danger(), "带身份证。"]


async def test_an_unknown_danger_is_an_error(turn: Any) -> None:
    assert message(await turn("action_urgent", intent="urgent_flood"))["status"] == "error_internal"
