"""The sentence of another field, where it says more to the question than the field that its words name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.answering import Aspect
from core.catalogue.models import ServiceItem
from knowledge_base.answer.answerer import Answerer
from knowledge_base.answer.elsewhere import line_elsewhere
from knowledge_base.answer.ports import FoundLine
from knowledge_base.contract import AnswerPart, AnswerRequest, Target
from tests.knowledge_base.answer.conftest import PERMIT

ITEM = ServiceItem(external_id="cy", name="创业补贴申领", aliases=["一万块创业补贴"])
QUESTION = "开店快两年了，听说有创业补贴，每年几月份收材料"


def read(*lines: tuple[Aspect, float]) -> list[FoundLine]:
    return [FoundLine(aspect.value, f"{aspect.label}的一句", says) for aspect, says in lines]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (read((Aspect.MATERIALS, 2.7), (Aspect.STEPS, 2.8), (Aspect.FEE, 2.79)), "steps"),
        (read((Aspect.MATERIALS, 2.7), (Aspect.STEPS, 2.75)), None),
        (read((Aspect.STEPS, 2.9)), None),
        ([], None),
    ],
)
def test_only_a_line_that_says_clearly_more_is_quoted(lines: list[FoundLine], field: str | None) -> None:
    found = line_elsewhere(QUESTION, ITEM, [Aspect.MATERIALS], lambda question, asking: lines)
    assert (found.field if found else None) == field


def test_the_clauses_that_ask_are_read_by_themselves() -> None:
    asked: list[Sequence[str]] = []

    def lines(question: str, asking: Sequence[str]) -> list[FoundLine]:
        asked.append(asking)
        return []

    line_elsewhere(QUESTION, ITEM, [Aspect.MATERIALS], lines)
    line_elsewhere("创业补贴要什么材料", ITEM, [Aspect.MATERIALS], lines)
    assert asked == [["每年几月份收材料"]]


def cards(answerer: Answerer, **known: Any) -> list[AnswerPart]:
    request = AnswerRequest(question="孩子跟着从老家那边过来住了好几个月，要什么材料", **known)
    return [part for part in answerer.answer(request).parts if isinstance(part, AnswerPart)]


def test_the_line_stands_beside_the_field_that_is_asked_for(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    finder.read = [FoundLine("materials", "租房合同", 2.6), FoundLine("fee", "首次申领不收费。", 2.8)]
    asked, beside = cards(answerer)
    assert (asked.aspect, beside.aspect) == (Aspect.MATERIALS, Aspect.FEE)
    assert beside.text == "【居住证申领】收费标准中还写明：\n首次申领不收费。"
    assert beside.citations[0].quote == "首次申领不收费。"


def test_a_line_that_stands_there_no_more_and_a_choice_bring_none(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    finder.read = [FoundLine("materials", "租房合同", 2.6), FoundLine("fee", "每证二十元。", 2.8)]
    assert len(cards(answerer)) == 1
    finder.read[1] = FoundLine("fee", "首次申领不收费。", 2.8)
    chosen = cards(answerer, chosen=Target(kind="item", id=PERMIT.id), aspect=Aspect.MATERIALS)
    assert len(chosen) == 1
