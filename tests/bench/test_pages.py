"""Measured figures on a page."""

from __future__ import annotations

import pytest

from bench.pages import BEGIN, END, replaced, table


def test_only_what_stands_between_the_marks_is_written_anew() -> None:
    page = f"# Title\n{BEGIN}\nold\n{END}\nrest\n"
    assert replaced(page, "new\n") == f"# Title\n{BEGIN}\nnew\n{END}\nrest\n"


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}{BEGIN}"])
def test_a_page_without_marks_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="the page has no"):
        replaced(page, "new")


def test_a_table() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |\n"
