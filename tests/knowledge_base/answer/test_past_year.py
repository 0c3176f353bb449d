"""A question that names a year gone by is answered from what held then, and told that it holds no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.answering import AnswerStatus
from core.catalogue.models import Document
from knowledge_base.answer.answerer import Answerer
from knowledge_base.contract import AnswerRequest
from tests.knowledge_base.answer.conftest import OLD, PERMIT, POLICY, RECORDS


@pytest.fixture(autouse=True)
def expired(monkeypatch: pytest.MonkeyPatch) -> None:
    old = RECORDS[OLD]
    assert isinstance(old, Document)
    monkeypatch.setitem(RECORDS, OLD, replace(old, effective_to=date(2025, 12, 31)))


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("2024年稳岗返还多少", date(2024, 12, 31)),
        ("2019年招的人，稳岗返还多少", date(2019, 12, 31)),
        ("2019年办的证，稳岗返还多少", None),
        ("稳岗返还多少", None),
    ],
)
def test_what_held_in_the_year_is_searched(
    answerer: Answerer, finder: Any, question: str, day: date | None
) -> None:
    answerer.answer(AnswerRequest(question=question))
    assert finder.days == [day or date(2026, 3, 2)]


def test_what_holds_no_more_is_said_to(answerer: Answerer, finder: Any) -> None:
    finder.found = [(OLD, 0.9)]
    reply = answerer.answer(AnswerRequest(question="2025年稳岗返还多少"))
    assert reply.status is AnswerStatus.ANSWERED_PASSAGE
    text = reply.parts[0].text
    assert "2025年12月31日以后不再有效" in text
    assert "替代" in text
    assert {one.external_id for one in reply.parts[0].citations} == {"zc-0", "zc-1"}  # type: ignore[union-attr]


def test_what_still_holds_is_not(answerer: Answerer, finder: Any) -> None:
    finder.found = [(POLICY, 0.9)]
    assert "不再" not in answerer.answer(AnswerRequest(question="稳岗返还多少")).parts[0].text
    finder.found = [(PERMIT, 0.9)]
    assert "不再" not in answerer.answer(AnswerRequest(question="居住证要什么材料")).parts[0].text
