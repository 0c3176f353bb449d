"""The term list and the fixed answers in the database."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from core.catalogue.reads import CatalogueReads
from core.catalogue.wording import Pin, Term, question_key
from core.catalogue.wordings import Wordings
from core.errors import NotFound

HEALTH = Term(term="健康证", means="从业人员预防性健康检查")
CLOSED = Pin(question="春节上班吗？", others=["过年上不上班"], answer="春节期间各大厅放假。")


@pytest.fixture
def wordings(engine: Engine) -> Wordings:
    return Wordings(engine)


def revision(engine: Engine) -> int:
    return CatalogueReads(engine).state().revision


def test_a_term_replaces_the_one_of_the_same_name(wordings: Wordings) -> None:
    other = Term(term="健康證", means="健康体检")
    assert wordings.put_terms([HEALTH, other]) == ["created", "changed"]
    assert wordings.terms() == [other]


def test_the_same_again_is_no_change(engine: Engine, wordings: Wordings) -> None:
    wordings.put_terms([HEALTH])
    wordings.put_pins([CLOSED])
    before = revision(engine)
    assert wordings.put_terms([HEALTH]) == ["unchanged"]
    assert wordings.put_pins([CLOSED]) == ["unchanged"]
    assert revision(engine) == before


def test_each_change_takes_a_revision(engine: Engine, wordings: Wordings) -> None:
    before = revision(engine)
    wordings.put_terms([HEALTH])
    wordings.put_pins([CLOSED])
    wordings.remove_term("健康证")
    wordings.remove_pin("春节上班吗")
    assert revision(engine) == before + 4


@pytest.mark.parametrize("asked", ["春节上班吗？", "春節上班嗎", " 春节 上班吗!! ", "过年上不上班"])
def test_a_pin_is_found_by_each_question_however_it_is_written(wordings: Wordings, asked: str) -> None:
    wordings.put_pins([CLOSED])
    assert wordings.pinned(asked) == CLOSED


def test_another_question_has_no_pin(wordings: Wordings) -> None:
    wordings.put_pins([CLOSED])
    assert wordings.pinned("春节上班吗要预约吗") is None


def test_a_pin_replaces_what_answered_one_of_its_questions(wordings: Wordings) -> None:
    wordings.put_pins([CLOSED])
    newer = Pin(question="过年上不上班", answer="大年初七上班。")
    assert wordings.put_pins([newer]) == ["changed"]
    assert wordings.pins() == [newer]
    assert wordings.pinned("春节上班吗") is None


def test_a_removed_pin_is_gone_with_all_its_questions(wordings: Wordings) -> None:
    wordings.put_pins([CLOSED])
    wordings.remove_pin("过年上不上班")
    assert wordings.pins() == []


def test_what_is_not_there_cannot_be_removed(wordings: Wordings) -> None:
    with pytest.raises(NotFound):
        wordings.remove_term("健康证")
    with pytest.raises(NotFound):
        wordings.remove_pin("春节上班吗")


@pytest.mark.parametrize("values", [{}, {"means": "甲", "item": "x"}])
def test_a_term_has_one_meaning(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        Term(term="健康证", **values)


def test_a_pin_has_one_answer() -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        Pin(question="问", answer="答", item="x")


def test_punctuation_and_width_make_no_other_question() -> None:
    assert question_key("ＡＢＣ，怎么 办？") == question_key("abc怎么办")
