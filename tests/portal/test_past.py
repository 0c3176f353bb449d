"""What a conversation has shown lately, read from its transcript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.portal.meaning import may_pick, meant
from apps.portal.past import Past, Shown, is_complaint
from apps.portal.recommendation_words import NOTED
from core.citizens.conversations import Role, StoredMessage
from core.text.complaints import complaint_advice
from core.text.urgent import Urgent, urgent_advice
from knowledge_base.contract import ServiceRef
from knowledge_base.eligibility_ref import EligibilityRef

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def ref(number: int, name: str, theme: str | None = None) -> ServiceRef:
    fits = EligibilityRef(verdict="unknown", met=0, total=0, text="…")
    return ServiceRef(item_id=number, name=name, theme=theme, reason="…", source="similar", eligibility=fits)


SHOWN = [ref(1, "出生医学证明", "生育"), ref(2, "生育津贴申领", "社保"), ref(3, "公租房申请", "住房")]


def message(kind: str, answer: str, role: Role = "assistant", **payload: Any) -> StoredMessage:
    return StoredMessage("m", role, kind, payload, NOW, answer)


def services(answer: str, *items: ServiceRef) -> StoredMessage:
    return message("services", answer, items=[one.model_dump(mode="json") for one in items])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("为什么推荐出生医学证明", [1]),
        ("不再推荐住房这一类", [3]),
        ("第三个为什么推荐", [3]),
        ("第九个", []),
        ("第五个", []),
        ("不再推荐此类", [1, 2, 3]),
        ("为什么推荐这个", [1, 2, 3]),
        ("这是怎么算出来的", [1, 2, 3]),
        ("最后一个为什么推荐", [3]),
        ("第一项和第三项别推荐了", [1, 3]),
        ("为啥给我推荐津贴", [2]),
        ("不再推荐养老", []),
        ("为什么推荐失业金", []),
        ("不要再推荐购房", []),
    ],
)
def test_it_is_read_which_is_meant(text: str, numbers: list[int]) -> None:
    assert [one.item_id for one in meant(text, SHOWN)] == numbers


def test_the_latest_list_counts_and_all_were_offered() -> None:
    past = Past([services("a", SHOWN[0]), services("b", SHOWN[1], SHOWN[2]), message("text", "c", text="好")])
    assert [one.item_id for one in past.shown.items] == [2, 3]
    assert past.offered == {1, 2, 3}
    assert past.picked("第一个") is None


def test_a_card_beside_a_fact_that_was_told_recommends_nothing() -> None:
    told = message("services", "b", text=NOTED, personalized=True, items=[SHOWN[0].model_dump(mode="json")])
    past = Past([services("a", *SHOWN), told])
    assert [one.item_id for one in past.shown.items] == [1, 2, 3]
    assert past.picked("第一个") is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("为什么推荐这个", [2]),
        ("不要再推荐这一类了", [2]),
        ("为什么推荐这些", [1, 2, 3]),
        ("第三个为什么推荐", [3]),
        ("为什么推荐这个公租房", [3]),
    ],
)
def test_this_one_is_what_was_just_answered(text: str, numbers: list[int]) -> None:
    answer = message("answer", "b", item={"item_id": 2, "name": "生育津贴申领"})
    before = message("answer", "a", item={"item_id": 1})
    shown = Past([before, services("a", *SHOWN), answer]).shown
    assert [one.item_id for one in meant(text, shown.items, shown.latest)] == numbers


@pytest.mark.parametrize("personalized", [True, False])
def test_what_it_rested_on_is_read_from_the_message(personalized: bool) -> None:
    items = [SHOWN[0].model_dump(mode="json")]
    past = Past([message("services", "a", items=items, personalized=personalized)])
    assert past.shown.personalized is personalized


@pytest.mark.parametrize(
    ("text", "token"), [("是", "y"), ("不想说", "n"), ("第一个", "y"), ("是的，我是", None)]
)
def test_an_answer_to_a_question_is_picked_by_its_words(text: str, token: str | None) -> None:
    choices = [{"title": "是", "payload": "y"}, {"title": "不想说", "payload": "n"}]
    assert Past([message("choices", "a", text="？", choices=choices)]).picked(text) == token


def test_a_number_is_that_of_a_card_where_there_are_any() -> None:
    cards = [{**one.model_dump(mode="json"), "payload": f"c{one.item_id}"} for one in SHOWN]
    asked = message("choices", "a", text="？", choices=[{"title": "是", "payload": "y"}])
    past = Past([message("services", "a", items=cards), asked])
    assert (past.picked("第一个"), past.picked("是"), past.picked("生育津贴那个")) == ("c1", "y", "c2")


def test_items_of_another_release_are_passed_over() -> None:
    past = Past([message("services", "a", items=[{"name": "x"}])])
    assert (past.shown.items, past.offered, past.picked("第一个")) == ([], frozenset(), None)


def test_nothing_said_is_nothing_shown() -> None:
    assert (Past().shown, Past().picked("第一个"), Past().is_troubled(NOW)) == (Shown(), None, False)


@pytest.mark.parametrize("text", ["第二个", "2", "生育津贴那个", "选生育津贴这项吧"])
def test_what_may_pick_is_told(text: str) -> None:
    assert may_pick(text)


@pytest.mark.parametrize(
    "text", ["88", "居住证要什么材料", "那个", "这个事项有变化通知我", "不要推荐生育津贴那个", "投诉窗口那个"]
)
def test_what_picks_nothing_is_told(text: str) -> None:
    assert not may_pick(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我要投诉，多久能办", True),
        ("办事员态度恶劣", True),
        ("居住证要什么材料", False),
        ("差额怎么补", False),
    ],
)
def test_a_complaint_is_one_whatever_else_it_asks(text: str, found: bool) -> None:
    assert is_complaint(text) is found


def test_only_the_last_few_words_trouble() -> None:
    said = [message("text", "a", "citizen", text="我要投诉")]
    assert Past(said).is_troubled(NOW + timedelta(minutes=29))
    assert not Past(said).is_troubled(NOW + timedelta(minutes=31))
    later = [message("text", "b", "citizen", text="居住证要什么材料")] * 3
    assert not Past([*said, *later]).is_troubled(NOW)


@pytest.mark.parametrize("told", [complaint_advice("12345"), *(urgent_advice(kind) for kind in Urgent)])
def test_trouble_is_told_by_the_reply_too(told: str) -> None:
    said = [message("text", "a", "citizen", text="那人不理我"), message("text", "a", text=told)]
    assert Past(said).is_troubled(NOW + timedelta(minutes=29))
    assert not Past(said[:1]).is_troubled(NOW)
    assert not Past(said).is_troubled(NOW + timedelta(minutes=31))
