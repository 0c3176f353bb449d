"""Each error has a code for machines and a Chinese sentence for people."""

from __future__ import annotations

import re

import pytest

from core.errors import BadInput, DeadlineExceeded, NotFound, Unavailable, WeizhengError

ALL = (WeizhengError, BadInput, NotFound, Unavailable, DeadlineExceeded)


def test_codes_are_distinct() -> None:
    assert len({kind.code for kind in ALL}) == len(ALL)


@pytest.mark.parametrize("kind", ALL)
def test_the_public_sentence_is_chinese_and_free_of_the_detail(kind: type[WeizhengError]) -> None:
    error = kind("table conversation is locked")
    assert re.search(r"[\u4e00-\u9fff]", error.public_message)
    assert "locked" not in error.public_message
    assert str(error) == error.detail == "table conversation is locked"


def test_a_public_sentence_can_be_given() -> None:
    assert BadInput(public_message="请输入问题。").public_message == "请输入问题。"
    assert BadInput.public_message != "请输入问题。"
