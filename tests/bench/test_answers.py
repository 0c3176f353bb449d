"""What counts as a right reply in the acceptance run on the example city."""

from __future__ import annotations

from typing import Any

import pytest

from bench.answers import Expected, Reply, judge

NAMES = {"permit": "居住证申领", "card": "社保卡申领"}


def card(aspect: str | None, text: str = "", external_id: str = "permit") -> dict[str, Any]:
    sources = [{"external_id": external_id}]
    return {"kind": "answer", "item": {"name": "x"}, "aspect": aspect, "text": text, "citations": sources}


def reply(*messages: dict[str, Any], status: str = "answered_guide") -> Reply:
    return Reply({"messages": messages, "status": status})


def item(*aspects: str) -> Expected:
    return Expected.model_validate({"kind": "item", "items": ["permit"], "aspects": aspects})


def test_every_asked_field_of_a_right_guide_has_to_be_shown() -> None:
    both = reply(card("fee"), card("materials"))
    assert judge(item("fee", "materials"), both, NAMES)
    assert not judge(item("fee", "steps"), both, NAMES)
    assert not judge(item("fee"), reply(card("fee", external_id="card")), NAMES)
    assert not judge(item("fee"), reply(card(None, "不收费")), NAMES)


def test_places_that_tell_their_hours_answer_when() -> None:
    told = card("place", "大厅，一路 1 号；周一至周五 9:00–12:00")
    assert judge(item("place", "hours"), reply(told), NAMES)
    assert not judge(item("place", "hours"), reply(card("place", "大厅，一路 1 号")), NAMES)
    assert not judge(item("place"), reply(card("hours", "周一至周五 9:00–12:00")), NAMES)


@pytest.mark.parametrize(
    ("status", "right"), [("no_answer", True), ("clarify", True), ("answered_guide", False)]
)
def test_what_is_to_be_refused_may_be_asked_back(status: str, right: bool) -> None:
    assert judge(Expected(kind="refuse"), reply(status=status), NAMES) is right


def test_a_text_has_to_quote_the_words_of_a_right_source() -> None:
    wanted = Expected.model_validate({"kind": "text", "documents": ["law"], "must_contain": "每月 500 元"})
    quoted = card(None, "补贴每月500元。", "law") | {"item": None}
    assert judge(wanted, reply(quoted, status="answered_passage"), NAMES)
    assert not judge(wanted, reply(quoted | {"text": "每月 600 元"}, status="answered_passage"), NAMES)
