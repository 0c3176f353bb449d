"""The three bands, decided by confidence alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.settings import Settings
from knowledge_base.answer.decide import MAX_CHOICES, NEAREST, Thresholds, decide
from knowledge_base.answer.ports import Candidate
from knowledge_base.contract import Target


def made(values: list[float], kind: str = "item") -> list[Candidate]:
    return [
        Candidate(Target.model_validate({"kind": kind, "id": place}), str(place), f"名称{place}", None, value)
        for place, value in enumerate(values)
    ]


@given(st.lists(st.floats(0, 1), max_size=8), st.booleans())
def test_answer_never_comes_from_below_the_threshold(values: list[float], asks: bool) -> None:
    ordered = sorted(values, reverse=True)
    decision = decide(made(ordered), asks, Thresholds(0.6, 0.4))
    if decision.act == "answer":
        assert decision.candidates[0].confidence >= 0.6
    if decision.act == "clarify":
        assert 1 <= len(decision.candidates) <= MAX_CHOICES
        assert decision.candidates[0].confidence >= 0.4
        assert all(candidate.confidence >= NEAREST for candidate in decision.candidates)
    if decision.act == "refuse":
        assert not ordered or ordered[0] < 0.4


def test_same_title_is_offered_once() -> None:
    pair = [Candidate(Target(kind="item", id=n), str(n), "同名", None, 0.5) for n in (1, 2)]
    assert [c.target.id for c in decide(pair, True, Thresholds(0.6, 0.4)).candidates] == [1]


@pytest.mark.parametrize(
    ("values", "offered"),
    [([0.5, 0.1], 2), ([0.5, 0.01], 1), ([0.5, 0.45, 0.1], 2), ([0.5, 0.45, 0.41, 0.4], 3)],
)
def test_what_is_close_is_offered_and_one_alone_gets_company(values: list[float], offered: int) -> None:
    decision = decide(made(values), False, Thresholds(0.6, 0.4))
    assert (decision.act, len(decision.candidates)) == ("clarify", offered)


def test_no_candidates_are_refused() -> None:
    assert decide([], True, Thresholds()).act == "refuse"


def test_thresholds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="clarify"):
        Thresholds(answer=0.3, clarify=0.5)


def test_the_settings_bands_are_those_that_were_measured() -> None:
    settings = Settings(_env_file=None)
    assert Thresholds() == Thresholds(settings.answer_threshold, settings.clarify_threshold)


def test_a_lower_band_than_the_usual_asks_back_about_less() -> None:
    assert decide(made([0.01]), False, Thresholds(0.6, 0.4)).candidates == []
    assert decide(made([0.01]), False, Thresholds(0.6, 0.005)).act == "clarify"


def test_what_has_nothing_to_do_with_the_question_is_not_named() -> None:
    assert decide(made([0.1, 0.01]), False, Thresholds(0.6, 0.4)).candidates[0].confidence == 0.1
    assert len(decide(made([0.1, 0.01]), False, Thresholds(0.6, 0.4)).candidates) == 1


@pytest.mark.parametrize(("says", "first"), [(0.92, "document"), (0.905, "item")])
def test_a_text_that_says_clearly_more_goes_before_a_guide(says: float, first: str) -> None:
    guide = Candidate(Target(kind="item", id=1), "guide", "租房补贴", None, 0.9, says=0.9)
    text = Candidate(Target(kind="document", id=2), "text", "招生通知", None, 0.7, says, is_text=True)
    for asks_aspect in (True, False):
        decision = decide([guide, text], asks_aspect, Thresholds())
        assert (decision.act, decision.candidates[0].target.kind) == ("answer", first)


@pytest.mark.parametrize(("score", "act", "first"), [(1.1, "clarify", "guide"), (1.15, "answer", "faq")])
def test_a_field_is_no_faqs_to_answer_where_a_guide_may_be_meant(score: float, act: str, first: str) -> None:
    faq = Candidate(Target(kind="document", id=2), "faq", "电子证一样吗", None, 0.7, score=score)
    guide = Candidate(Target(kind="item", id=1), "guide", "驾驶证换证", None, 0.2, score=1.1)
    decision = decide([faq, guide], True, Thresholds())
    assert (decision.act, decision.candidates[0].external_id) == (act, first)
    assert decide([faq, guide], False, Thresholds()).act == "answer"


def test_a_faq_that_asks_more_nearly_goes_before_a_guide() -> None:
    guide = Candidate(Target(kind="item", id=1), "guide", "契税缴纳", None, 0.8, score=1.13)
    for score, first in ((1.16, "faq"), (1.14, "guide")):
        faq = Candidate(Target(kind="document", id=2), "faq", "唯一住房怎么认定", None, 0.7, score=score)
        assert decide([guide, faq], True, Thresholds()).candidates[0].external_id == first


def test_what_else_is_sure_is_quoted_beside_a_guide_that_is_asked_for_no_field() -> None:
    guide = Candidate(Target(kind="item", id=1), "guide", "公积金贷款", None, 0.9, 0.92, score=1.15)
    text = Candidate(Target(kind="document", id=2), "text", "贷款办法", None, 0.5, 0.9, is_text=True)
    far = Candidate(Target(kind="document", id=3), "faq", "离职提取", None, 0.6, score=1.1)
    assert decide([guide, far, text], False, Thresholds()).beside == text
    assert decide([guide, far], False, Thresholds()).beside is None
    assert decide([guide, text], True, Thresholds()).beside is None


def test_beside_a_field_that_is_asked_for_only_what_is_surer_is_quoted() -> None:
    guide = Candidate(Target(kind="item", id=1), "guide", "公租房申请", None, 0.8, score=0.95)
    for confidence, quoted in ((0.9, True), (0.7, False)):
        faq = Candidate(
            Target(kind="document", id=2), "faq", "单身几岁能申请公租房", None, confidence, score=0.96
        )
        assert decide([guide, faq], True, Thresholds()).beside == (faq if quoted else None)
