"""Where a record holds, and what a document without a title is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.documents import LONGEST_TITLE, title_of
from core.catalogue.models import Document
from core.catalogue.regions import holds_for, scope

CODES = st.from_regex(r"\A[0-9]{6}\Z")


@given(CODES, CODES)
def test_a_record_holds_exactly_where_its_code_is_in_scope(record: str, asked: str) -> None:
    assert holds_for(record, asked) is (record in scope(asked))


@given(CODES)
def test_what_is_national_holds_everywhere(asked: str) -> None:
    assert holds_for("000000", asked)
    assert holds_for(asked, asked)


def test_district_record_does_not_hold_in_its_city() -> None:
    assert not holds_for("990101", "990100")
    assert not holds_for("990101", "990102")
    assert holds_for("990000", "990101")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("关于做好稳岗工作的通知\n各区：", "关于做好稳岗工作的通知"),
        ("关于做好稳岗工作的通知 各区人民政府", "关于做好稳岗工作的通知"),
        ("全市停课。明日恢复。", "全市停课"),
        ("  \n。", "（无标题）"),
    ],
)
def test_title_is_the_first_clause(text: str, title: str) -> None:
    assert title_of(Document(external_id="a", text=text)) == title


def test_own_title_comes_first_and_a_long_clause_is_cut() -> None:
    assert title_of(Document(external_id="a", text="正文", title="标题")) == "标题"
    assert len(title_of(Document(external_id="a", text="长" * 500))) == LONGEST_TITLE
