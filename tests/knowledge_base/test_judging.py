"""How the acceptance run judges a reply of the example city."""

from __future__ import annotations

from typing import Any

import pytest

from bench.answers import Expected, Reply, judge

NAMES = {"sfz": "身份证换领", "jzz": "居住证申领"}


def card(item: str, aspect: str | None = None, text: str = "") -> dict[str, Any]:
    cited = [{"external_id": item}]
    return {
        "kind": "answer",
        "text": text,
        "item": {"name": NAMES.get(item)},
        "aspect": aspect,
        "citations": cited,
    }


def reply(status: str, *messages: dict[str, Any]) -> Reply:
    return Reply({"status": status, "messages": list(messages)})


def offer(text: str, *titles: str) -> dict[str, Any]:
    return {"kind": "choices", "text": text, "choices": [{"title": title} for title in titles]}


@pytest.mark.parametrize(
    ("expected", "said", "right"),
    [
        (
            {"kind": "item", "items": ["sfz"], "aspects": ["fee"]},
            reply("answered_guide", card("sfz", "fee")),
            True,
        ),
        ({"kind": "item", "items": ["sfz"], "aspects": ["fee"]}, reply("answered_guide", card("sfz")), False),
        (
            {"kind": "item", "items": ["sfz"], "aspects": ["fee"]},
            reply("answered_guide", card("jzz", "fee")),
            False,
        ),
        ({"kind": "item", "items": ["sfz"], "faqs": ["f"]}, reply("answered_passage", card("f")), True),
        ({"kind": "item", "items": ["sfz"]}, reply("clarify", offer("哪一个？", "身份证换领")), False),
        (
            {"kind": "item", "items": ["sfz"], "aspects": ["place"]},
            reply("clarify", offer("【身份证换领】您在哪个区？", "东区", "西区")),
            True,
        ),
        (
            {"kind": "item", "items": ["sfz"], "aspects": ["fee"]},
            reply("clarify", offer("【身份证换领】您在哪个区？", "东区", "西区")),
            False,
        ),
        (
            {"kind": "text", "documents": ["d"], "must_contain": "400元"},
            reply("answered_passage", card("d", text="每人 400 元。")),
            True,
        ),
        (
            {"kind": "text", "documents": ["d"], "must_contain": "400元"},
            reply("answered_passage", card("other", text="每人 400 元。")),
            False,
        ),
        (
            {"kind": "choice", "items": ["sfz"]},
            reply("clarify", offer("？", "身份证换领", "居住证申领")),
            True,
        ),
        ({"kind": "choice", "items": ["sfz"]}, reply("answered_guide", card("sfz")), False),
        ({"kind": "district"}, reply("clarify", offer("您在哪个区？", "东区")), True),
        ({"kind": "refuse"}, reply("no_answer"), True),
        ({"kind": "refuse"}, reply("answered_guide", card("sfz")), False),
        ({"kind": "refuse"}, reply("answered_guide", card("sfz", text="该事项未公布收费标准。")), True),
    ],
)
def test_only_what_is_expected_is_right(expected: dict[str, Any], said: Reply, right: bool) -> None:
    assert judge(Expected.model_validate(expected), said, NAMES) is right
