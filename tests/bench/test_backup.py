"""What the acceptance run of a backup asks, compares and refuses."""

from __future__ import annotations

from typing import Any

from bench.backup import COUNT, Question, compared, differences, judged, questions

REPLY: dict[str, Any] = {
    "status": "clarify",
    "answer_id": "1",
    "messages": [
        {
            "message_id": "1",
            "kind": "choices",
            "text": "哪一项？",
            "choices": [{"title": "补领", "payload": "token"}],
        }
    ],
}
RESULT: dict[str, Any] = {
    "differences": [],
    "differences_after_restore_in_use": [],
    "acknowledged_turns_lost": 0,
    "cookie_still_known": True,
    "backup": {"met": {"answered_guide": 10, "clarify": 2}},
}


def test_two_hundred_different_questions_are_asked() -> None:
    asked = questions(COUNT)
    assert len({question.text for question in asked}) == 200


def test_only_what_may_not_differ_is_compared() -> None:
    same = {**REPLY, "answer_id": "2"}
    same["messages"] = [
        {**REPLY["messages"][0], "message_id": "2", "choices": [{"title": "补领", "payload": "other"}]}
    ]
    assert compared(same) == compared(REPLY)
    other = {**REPLY, "messages": [{**REPLY["messages"][0], "text": "别的"}]}
    asked = [Question("一", None), Question("二", None)]
    found = differences(asked, [compared(REPLY)] * 2, [compared(REPLY), compared(other)])
    assert [one["question"] for one in found] == ["二"]


def test_the_time_of_day_makes_no_difference() -> None:
    def said(text: str) -> dict[str, Any]:
        return {"status": "answered_guide", "messages": [{"kind": "answer", "text": text}]}

    late = said("办理时间\n车管所：现在是周四 23:58，今天已经结束。\n周一至周五")
    early = said("办理时间\n车管所：现在是周五 00:03，暂时不办理。\n周一至周五")
    assert compared(late) == compared(early)
    assert compared(late) != compared(said("办理时间\n车管所：现在是周四 23:58。\n周一至周六"))


def test_a_run_without_loss_misses_nothing() -> None:
    assert judged(RESULT) == []


def test_each_loss_is_named() -> None:
    bad = {
        **RESULT,
        "differences": [{}],
        "acknowledged_turns_lost": 2,
        "cookie_still_known": False,
        "backup": {"met": {"error_timeout": 3}},
    }
    assert judged(bad) == [
        "1 answers differ",
        "2 acknowledged turns lost",
        "3 turns failed during the backup",
        "1 cookies not known",
    ]
