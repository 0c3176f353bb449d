"""A question that only names another year."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge_base.answer.another_year import asked_of_another_year
from knowledge_base.answer.answerer import Answerer
from knowledge_base.contract import AnswerRequest

PLAN = "2026年高新区小学计划招多少人"


@pytest.mark.parametrize(
    ("question", "earlier", "full"),
    [
        ("2025年呢", [PLAN], "2025年高新区小学计划招多少人"),
        ("2025年嘞", [PLAN], "2025年高新区小学计划招多少人"),
        ("那去年的是多少？", [PLAN], "2025年高新区小学计划招多少人"),
        ("2024年度呢", ["2025年呢", PLAN], "2024年高新区小学计划招多少人"),
        ("明年呢", ["居民医保交多少钱"], "2027年居民医保交多少钱"),
    ],
)
def test_the_last_full_question_is_asked_of_the_year(question: str, earlier: list[str], full: str) -> None:
    assert asked_of_another_year(question, earlier, 2026) == full


@pytest.mark.parametrize(
    ("question", "earlier"),
    [("2025年呢", []), ("2025年居民医保交多少", [PLAN]), ("那身份证呢", [PLAN])],
)
def test_whatever_says_more_or_follows_nothing_stays(question: str, earlier: list[str]) -> None:
    assert asked_of_another_year(question, earlier, 2026) is None


def test_it_is_searched_for_in_full(answerer: Answerer, finder: Any) -> None:
    answerer.answer(AnswerRequest(question="2024年呢", earlier=[PLAN]))
    assert finder.questions == ["2024年高新区小学计划招多少人"]


def test_an_aspect_alone_goes_on_about_what_was_not_answered(answerer: Answerer, finder: Any) -> None:
    answerer.answer(AnswerRequest(question="要带啥材料", earlier=["谢谢", "娃要上幼儿园", PLAN]))
    assert finder.questions == ["娃要上幼儿园，要带啥材料"]


@pytest.mark.parametrize(
    "pasted",
    [
        "**居住证**要[什么材料](https://evil.example)",
        "<b>居住证</b><br>要什么材料<a href='x'>",
        "`居住证`要什么材料",
    ],
)
def test_markup_is_not_searched_for(answerer: Answerer, finder: Any, pasted: str) -> None:
    answerer.answer(AnswerRequest(question=pasted))
    assert finder.questions == ["居住证要什么材料"]
