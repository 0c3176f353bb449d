"""What a conversation has shown lately, read from its transcript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.portal.past import Past, is_complaint, is_pick, meant
from core.citizens.conversations import Role, StoredMessage
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
        ("第九个", [1, 2, 3]),
        ("第五个", [1, 2, 3]),
        ("不再推荐此类", [1, 2, 3]),
        ("为啥给我推荐津贴", [2]),
    ],
)
def test_it_is_read_which_is_meant(text: str, numbers: list[int]) -> None:
    assert [one.item_id for one in meant(text, SHOWN)] == numbers


def test_the_latest_list_counts_and_all_were_offered() -> None:
    past = Past([services("a", SHOWN[0]), services("b", SHOWN[1], SHOWN[2]), message("text", "c", text="好")])
    assert [one.item_id for one in past.shown] == [2, 3]
    assert past.offered == {1, 2, 3}
    assert past.picked("第一个") is None


def test_items_of_another_release_are_passed_over() -> None:
    past = Past([message("services", "a", items=[{"name": "x"}])])
    assert (past.shown, past.offered, past.picked("第一个")) == ([], frozenset(), None)


def test_nothing_said_is_nothing_shown() -> None:
    assert (Past().shown, Past().picked("第一个"), Past().is_troubled(NOW)) == ([], None, False)


@pytest.mark.parametrize("text", ["第二个", "2", "生育津贴那个", "选生育津贴这项吧"])
def test_what_may_pick_is_told(text: str) -> None:
    assert is_pick(text)


@pytest.mark.parametrize("text", ["88", "居住证要什么材料", "那个", "这个事项有变化通知我"])
def test_what_picks_nothing_is_told(text: str) -> None:
    assert not is_pick(text)


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
