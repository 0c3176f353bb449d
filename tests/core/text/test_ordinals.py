"""Numbers that pick one of several, and numbers that do not."""

from __future__ import annotations

import pytest

from core.text.ordinals import ordinal, ordinal_in_words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("２", 2), ("③", 3), ("二", 2), ("一", 1), ("第1个", 1), ("第二", 2), ("选2", 2),
        ("我选第3个吧", 3), ("1.", 1), (" 2 ", 2), ("2号", 2), ("选项4", 4), ("就要第一个", 1),
    ],
)  # fmt: skip
def test_a_number_alone_picks(text: str, number: int) -> None:
    assert ordinal(text) == number


@pytest.mark.parametrize(
    "text", ["88", "886", "12", "0", "7", "两个", "3个月", "第二个孩子上户口", "12345", "是", ""]
)
def test_any_other_text_picks_nothing(text: str) -> None:
    assert ordinal(text) is None


def test_a_bare_number_is_put_into_words() -> None:
    assert [ordinal_in_words(text) for text in ("2", "选1", "88", "居住证")] == [
        "第二个",
        "第一个",
        "88",
        "居住证",
    ]
