"""Messages that lean on what was said before."""

from __future__ import annotations

from typing import Any

import pytest

from core.answering import AnswerStatus, Aspect
from knowledge_base.answer.answerer import Answerer
from knowledge_base.contract import AnswerPart, AnswerReply, AnswerRequest, Choice
from tests.knowledge_base.answer.conftest import CARD, PASSPORT, PERMIT, POLICY


def ask(answerer: Answerer, question: str, **more: Any) -> AnswerReply:
    return answerer.answer(AnswerRequest(question=question, **more))


def found_together(finder: Any, alone: float, together: float) -> None:
    """The finder is sure only of a question that holds what was talked of."""
    find = finder.find

    def by_question(question: str, **options: Any) -> Any:
        finder.found = [(POLICY, together if "稳岗返还通知" in question else alone)]
        return find(question, **options)

    finder.find = by_question


def test_what_is_added_is_searched_for_with_the_matter(answerer: Answerer, finder: Any) -> None:
    found_together(finder, 0.1, 0.9)
    reply = ask(answerer, "那失业保险费呢", current=POLICY)
    assert (reply.status, reply.target) == (AnswerStatus.ANSWERED_PASSAGE, POLICY)


def test_what_stands_in_the_matter_needs_no_word_that_leans_on_it(answerer: Answerer, finder: Any) -> None:
    found_together(finder, 0.1, 0.9)
    assert ask(answerer, "失业保险费的百分之几", current=POLICY).target == POLICY


def test_a_near_matter_that_is_in_no_record_is_not_swallowed_by_the_last(
    answerer: Answerer, finder: Any
) -> None:
    found_together(finder, 0.1, 0.9)
    for question in ("失业补贴再培训一年给多少", "那失业补贴再培训一年给多少", "我这种失业再培训的给不给"):
        reply = ask(answerer, question, current=POLICY)
        assert reply.status is AnswerStatus.CLARIFY, question


def test_the_same_asked_of_another_case_goes_on(answerer: Answerer, finder: Any) -> None:
    found_together(finder, 0.1, 0.9)
    assert ask(answerer, "那三个人的呢", current=POLICY).target == POLICY
    assert ask(answerer, "那二级建造师证呢", current=POLICY).status is AnswerStatus.CLARIFY


def test_another_matter_is_not(answerer: Answerer, finder: Any) -> None:
    found_together(finder, 0.1, 0.9)
    assert ask(answerer, "那养狗证呢", current=POLICY).status is AnswerStatus.CLARIFY


def test_what_is_nearer_to_the_last_matter_than_to_any_other_goes_on(answerer: Answerer, finder: Any) -> None:
    found_together(finder, 0.1, 0.9)
    for near, other, question, status in (
        (0.93, 0.9, "原来的老板躲着不肯签字咋整", AnswerStatus.ANSWERED_PASSAGE),
        (0.9, 0.9, "原来的老板躲着不肯签字咋整", AnswerStatus.CLARIFY),
        (0.9, 0.9, "打款呢", AnswerStatus.ANSWERED_PASSAGE),
        (0.885, 0.9, "打款呢", AnswerStatus.CLARIFY),
        # Near to no matter at all it need not be as near to the last.
        (0.895, 0.9, "打款呢", AnswerStatus.ANSWERED_PASSAGE),
        (0.925, 0.93, "打款呢", AnswerStatus.CLARIFY),
    ):
        finder.leans = (near, other)
        assert ask(answerer, question, current=POLICY).status is status, (near, other, question)


def test_what_is_less_sure_alone_than_it_leans_on_the_last_matter_goes_on(
    answerer: Answerer, finder: Any
) -> None:
    finder.leans = (0.93, 0.9)
    for alone, target in ((0.6, POLICY), (0.95, PERMIT)):
        finder.found = [(PERMIT, alone), (POLICY, 0.5)]
        question = "失业保险费交不起的那种怎么算"
        assert ask(answerer, question, current=POLICY).target == target, alone


def test_what_is_stayed_with_is_quoted_once(answerer: Answerer, finder: Any) -> None:
    finder.leans = (0.93, 0.9)
    finder.found = [(PERMIT, 0.6), (POLICY, 0.5)]
    reply = ask(answerer, "失业保险费交不起的那种人也返吗", current=POLICY)
    cited = [part.citations[0].external_id for part in reply.parts if isinstance(part, AnswerPart)]
    assert cited == ["zc-1"]


@pytest.mark.parametrize(
    ("confidence", "status"), [(0.2, AnswerStatus.ANSWERED_GUIDE), (0.01, AnswerStatus.NO_ANSWER)]
)
def test_of_several_guides_named_now_the_one_most_like_the_last_is_meant(
    answerer: Answerer, finder: Any, confidence: float, status: AnswerStatus
) -> None:
    find = finder.find

    def by_question(question: str, **options: Any) -> Any:
        order = (CARD, PERMIT) if "护照换发" in question else (PERMIT, CARD)
        finder.found = [(target, confidence) for target in order]
        return find(question, **options)

    finder.find = by_question
    reply = ask(answerer, "那申领呢", current=PASSPORT)
    assert reply.status is status
    assert reply.target == (CARD if status is AnswerStatus.ANSWERED_GUIDE else None)


def test_a_correction_is_put_in_the_place_of_what_was_wrong(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    ask(answerer, "不是换证，是丢了补办", current=POLICY, earlier=["驾驶证换证网上能弄吗"])
    assert finder.questions[0] == "驾驶证丢了补办网上能弄吗"


def test_without_a_matter_there_is_no_second_look(answerer: Answerer, finder: Any) -> None:
    found_together(finder, 0.1, 0.9)
    ask(answerer, "那失业保险费呢")
    assert finder.questions == ["那失业保险费呢"]


@pytest.mark.parametrize("said", ["说错了，是居住证", "不是身份证，是居住证", "哦不对，我问的是居住证"])
def test_a_correction_keeps_the_aspect(answerer: Answerer, finder: Any, said: str) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, said, current=POLICY, current_aspect=Aspect.FEE)
    assert (reply.target, reply.aspect) == (PERMIT, Aspect.FEE)
    assert "身份证" not in finder.questions[0].replace("居住证", "")


@pytest.mark.parametrize(
    ("question", "aspect"),
    [("补一本好多钱", Aspect.FEE), ("要好久才拿得到", Aspect.TIME_LIMIT), ("啷个办哦", Aspect.STEPS)],
)
def test_dialects_ask_for_the_same(answerer: Answerer, finder: Any, question: str, aspect: Aspect) -> None:
    finder.found = [(PERMIT, 0.9)]
    assert ask(answerer, f"居住证{question}").aspect == aspect


@pytest.mark.parametrize("said", ["不是本地户口，能办居住证吗", "不是本人，可以代办居住证吗，要带什么"])
def test_a_circumstance_is_no_correction(answerer: Answerer, finder: Any, said: str) -> None:
    finder.found = [(PERMIT, 0.9)]
    ask(answerer, said, earlier=["身份证怎么换"])
    assert finder.questions[0] == said


def test_whoever_asks_on_in_danger_is_referred_again(answerer: Answerer, finder: Any) -> None:
    reply = ask(answerer, "怎么办", earlier=["我家厨房着火了"])
    assert (reply.status, finder.questions) == (AnswerStatus.REFERRED_URGENT, [])


def test_a_withdrawn_choice_is_not_offered_again(answerer: Answerer, finder: Any, catalogue: Any) -> None:
    catalogue.withdrawn = {POLICY}
    offered = [Choice(title="居住证", target=PERMIT), Choice(title="稳岗", target=POLICY)]
    reply = ask(answerer, "多久能办好", offered=offered)
    (part,) = reply.parts
    assert [choice.target for choice in part.choices] == [PERMIT]  # type: ignore[union-attr]


def beside_found(finder: Any, text_sure: float) -> None:
    """The guide is sure alone; with its name before the question a text is found beside it."""
    find = finder.find

    def by_question(question: str, **options: Any) -> Any:
        together = [(PERMIT, 0.95), (POLICY, text_sure)]
        finder.found = together if question.startswith("居住证申领 ") else [(PERMIT, 0.95)]
        return find(question, **options)

    finder.find = by_question


def test_a_text_on_the_last_guides_matter_is_quoted_beside_it(answerer: Answerer, finder: Any) -> None:
    beside_found(finder, 0.5)
    reply = ask(answerer, "失业了还能接着用吗", current=PERMIT)
    cards = [part for part in reply.parts if isinstance(part, AnswerPart)]
    assert reply.target == PERMIT
    assert cards[0].item is not None
    assert cards[-1].item is None
    assert cards[-1].citations


@pytest.mark.parametrize(("text_sure", "said"), [(0.3, "失业了还能接着用吗"), (0.5, "我是厂里上班的")])
def test_nothing_is_quoted_that_is_unlikely_or_not_asked_for(
    answerer: Answerer, finder: Any, text_sure: float, said: str
) -> None:
    beside_found(finder, text_sure)
    cards = [part for part in ask(answerer, said, current=PERMIT).parts if isinstance(part, AnswerPart)]
    assert all(card.item is not None for card in cards)
