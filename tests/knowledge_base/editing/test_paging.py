"""Pages of a text that was edited."""

from __future__ import annotations

import pytest

from core.catalogue.models import Document, page_of
from knowledge_base.editing.paging import pages_of_edited

BEFORE = Document(external_id="d", text="一一一二二二三三三", page_starts=[3, 6])


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("一一一二二二三三三", [3, 6]),
        ("一改一二二二三三三", [3, 6]),
        ("一一增一二二二三三三", [4, 7]),
        ("一一一二二二三三三三", [3, 6]),
        ("一一三三", [2, 2]),
        ("全换", [2, 2]),
        ("", [0, 0]),
    ],
)
def test_pages_move_with_their_text(text: str, starts: list[int]) -> None:
    assert pages_of_edited(BEFORE, text) == starts


def test_what_stands_behind_the_change_stays_on_its_page() -> None:
    text = "一一一二改改改改二二三三三"
    edited = Document(external_id="d", text=text, page_starts=pages_of_edited(BEFORE, text))
    assert page_of(edited, text.index("三")) == 3
    assert page_of(edited, text.index("二")) == 2


def test_a_text_without_pages_stays_without() -> None:
    assert pages_of_edited(Document(external_id="d", text="甲"), "乙") == []
