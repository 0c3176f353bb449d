"""What a turn becomes for the knowledge service, and what a reply becomes for the conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.base import Patience
from actions.registry import all_actions
from core.answering import AnswerStatus, Aspect
from core.errors import BadInput, DeadlineExceeded, Unavailable
from core.text.masking import mask
from knowledge_base.contract import AnswerReply, Choice, ChoicesPart, Target, TextPart

NOW = 1_790_000_000.0
DOMAIN = Path(__file__).resolve().parents[2] / "bot" / "domain.yml"
ITEM = {"item": "item:7", "aspect": "fee"}


def message(response: Any) -> dict[str, Any]:
    """The one message of a reply, as the portal reads it."""
    (sent,) = response.json()["responses"]
    return dict(sent["custom"]["weizheng"])


def slots(response: Any) -> dict[str, Any]:
    """Slots that the reply changes."""
    return {event["name"]: event["value"] for event in response.json()["events"]}


def reply(status: AnswerStatus) -> AnswerReply:
    """A reply that is about nothing."""
    return AnswerReply(status=status, parts=[TextPart(text="…")])


async def test_a_question_carries_what_the_conversation_knows(turn: Any, knowledge: Any) -> None:
    metadata = {"region": "990101", "request_id": "abc", "deadline_at": NOW + 4.15}
    await turn(text="要带什么", intent="ask_materials", slots=ITEM, metadata=metadata)
    (asked,) = knowledge.asked
    assert asked.question == "要带什么"
    assert asked.aspect == Aspect.MATERIALS
    assert asked.current == Target(kind="item", id=7)
    assert asked.current_aspect == Aspect.FEE
    assert asked.chosen is None
    assert asked.region == "990101"
    assert 3_990 <= asked.deadline_ms <= 4_000
    assert knowledge.request_ids == ["abc"]


@pytest.mark.parametrize("intent", ["ask", "nlu_fallback", None])
async def test_without_a_recognised_aspect_none_is_claimed(turn: Any, knowledge: Any, intent: Any) -> None:
    await turn(intent=intent)
    assert knowledge.asked[0].aspect is None


@pytest.mark.parametrize("raw", ["13912345678", "11010519491231002X", "a@b.cn"])
async def test_what_stands_for_a_number_claims_no_aspect(turn: Any, knowledge: Any, raw: str) -> None:
    text = mask(f"我的电话{raw}，居住证需要什么材料")
    await turn(text=text, intent="ask_phone")
    assert raw not in text
    assert (knowledge.asked[0].question, knowledge.asked[0].aspect) == (text, None)


@pytest.mark.parametrize("aspect", Aspect)
async def test_each_aspect_has_an_intent(turn: Any, knowledge: Any, aspect: Aspect) -> None:
    await turn(intent=f"ask_{aspect}")
    assert knowledge.asked[0].aspect == aspect
    assert f"ask_{aspect}" in yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["intents"]


async def test_the_reply_is_one_message_and_moves_the_conversation(turn: Any, knowledge: Any) -> None:
    response = await turn(metadata={"region": "990101"})
    assert AnswerReply.model_validate(message(response)) == knowledge.reply
    assert slots(response) == {"region": "990101", "item": "item:12", "aspect": "materials"}


async def test_a_choice_is_answered_without_words(turn: Any, knowledge: Any) -> None:
    entities = [
        {"entity": "target_kind", "value": "document"},
        {"entity": "target_id", "value": 9},
        {"entity": "aspect", "value": "fee"},
    ]
    await turn("action_choose", text='/choose{"target_id":9}', intent="choose", entities=entities)
    (asked,) = knowledge.asked
    assert (asked.question, asked.chosen, asked.aspect) == ("", Target(kind="document", id=9), Aspect.FEE)


def said(text: str) -> dict[str, Any]:
    """A citizen's message as Rasa's tracker holds it."""
    return {"event": "user", "text": text}


def offered(*ids: int) -> dict[str, Any]:
    """A question back as Rasa's tracker holds it."""
    choices = [Choice(title="…", target=Target(kind="document", id=number)) for number in ids]
    back = AnswerReply(status=AnswerStatus.CLARIFY, parts=[ChoicesPart(text="哪一个？", choices=choices)])
    custom = {"weizheng": back.model_dump(mode="json")}
    return {"event": "bot", "text": None, "data": {"elements": None, "custom": custom}}


PICKED = '/choose{"target_id":9}'
OTHER = {"event": "bot", "text": None, "data": {"custom": {"weizheng": None}}}


@pytest.mark.parametrize(
    ("events", "question"),
    [
        ([said("你好"), OTHER, said("稳岗返还多少"), offered(9)], "稳岗返还多少"),
        ([said("稳岗返还"), offered(8, 9), said("护照要多少钱"), OTHER], "稳岗返还"),
        ([said("稳岗返还"), offered(9), said("护照要多少钱"), offered(7)], "稳岗返还"),
        ([said("护照要多少钱"), OTHER], ""),
    ],
)
async def test_a_choice_belongs_to_the_question_it_was_offered_for(
    turn: Any, knowledge: Any, events: list[Any], question: str
) -> None:
    entities = [{"entity": "target_kind", "value": "document"}, {"entity": "target_id", "value": 9}]
    events = [*events, said(PICKED)]
    await turn("action_choose", text=PICKED, intent="choose", entities=entities, events=events)
    assert (knowledge.asked[0].question, knowledge.asked[0].aspect) == (question, None)


@pytest.mark.parametrize(
    "entities",
    [
        [],
        [{"entity": "target_id", "value": 9}],
        [{"entity": "target_kind", "value": "person"}, {"entity": "target_id", "value": 9}],
        [{"entity": "target_kind", "value": "item"}, {"entity": "target_id", "value": "x"}],
        [
            {"entity": "target_kind", "value": "item"},
            {"entity": "target_id", "value": 9},
            {"entity": "aspect", "value": "colour"},
        ],
    ],
)
async def test_a_choice_of_nothing_is_an_error(turn: Any, knowledge: Any, entities: list[Any]) -> None:
    response = await turn("action_choose", intent="choose", entities=entities)
    assert message(response)["status"] == "error_internal"
    assert knowledge.asked == []


@pytest.mark.parametrize("status", [AnswerStatus.NO_ANSWER, AnswerStatus.CLARIFY])
async def test_another_matter_ends_the_current_one(turn: Any, knowledge: Any, status: AnswerStatus) -> None:
    knowledge.reply = reply(status)
    assert slots(await turn(slots=ITEM)) == {"item": None, "aspect": None}


@pytest.mark.parametrize("status", sorted({*AnswerStatus} - {AnswerStatus.NO_ANSWER, AnswerStatus.CLARIFY}))
async def test_other_replies_without_a_target_leave_it(
    turn: Any, knowledge: Any, status: AnswerStatus
) -> None:
    knowledge.reply = reply(status)
    assert slots(await turn(slots=ITEM)) == {}


async def test_the_region_is_the_portals(turn: Any, knowledge: Any) -> None:
    kept = await turn(slots={"region": "990102"})
    ended = await turn(slots={"region": "990102"}, metadata={"region": None})
    assert [asked.region for asked in knowledge.asked] == ["990102", None]
    assert "region" not in slots(kept)
    assert slots(ended)["region"] is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unavailable("down"), "error_unavailable"),
        (DeadlineExceeded("late"), "error_timeout"),
        (TimeoutError(), "error_timeout"),
        (BadInput("refused"), "error_internal"),
        (KeyError("x"), "error_internal"),
    ],
)
async def test_an_error_is_told_and_changes_nothing(
    turn: Any, knowledge: Any, error: Exception, status: str
) -> None:
    knowledge.error = error
    response = await turn(slots=ITEM)
    assert message(response)["status"] == status
    assert message(response)["parts"][0]["text"]
    assert slots(response) == {}


@pytest.mark.parametrize("left_s", [-5.0, 0.0, 0.1])
async def test_after_the_deadline_nothing_is_asked(turn: Any, knowledge: Any, left_s: float) -> None:
    response = await turn(metadata={"deadline_at": NOW + left_s})
    assert message(response)["status"] == "error_timeout"
    assert knowledge.asked == []


async def test_a_slow_answer_is_not_waited_for_beyond_the_deadline(turn: Any, knowledge: Any) -> None:
    knowledge.delay_s = 5.0
    response = await turn(metadata={"deadline_at": NOW + 0.25})
    assert message(response)["status"] == "error_timeout"


async def test_a_long_text_is_cut_to_what_is_taken(turn: Any, knowledge: Any) -> None:
    await turn(text="问" * 5_000)
    assert len(knowledge.asked[0].question) == 2_000


def test_the_domain_names_exactly_our_actions(knowledge: Any) -> None:
    domain = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))
    ours = [action.name() for action in all_actions(knowledge, Patience(8.0), "12345")]
    assert sorted(domain["actions"]) == sorted(ours)


def test_every_canned_utterance_is_a_reply() -> None:
    responses = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["responses"]
    for name, variants in responses.items():
        for variant in variants:
            assert list(variant) == ["custom"]
            said = AnswerReply.model_validate(variant["custom"]["weizheng"])
            expected = "out_of_scope" if name == "utter_out_of_scope" else "answered_canned"
            assert (said.status, said.target, said.aspect) == (expected, None, None)
            assert len(said.parts) == 1


async def test_a_question_carries_what_was_asked_before(turn: Any, knowledge: Any) -> None:
    asked = ["一", "二", "/choose{}", "三", "四", "五"]
    events = [{"event": "user", "text": text, "parse_data": {"intent": {"name": "ask"}}} for text in asked]
    await turn(text="五", events=events)
    assert knowledge.asked[0].earlier == ["四", "三", "二"]
