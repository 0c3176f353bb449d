"""How a question ends: answered, asked back, refused; and that nothing withdrawn leaves."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Document
from core.errors import DeadlineExceeded
from knowledge_base.answer.answerer import Answerer
from knowledge_base.answer.document import DocumentLinks, document_part
from knowledge_base.answer.ports import FoundPassage, Pinned, Published
from knowledge_base.contract import AnswerPart, AnswerReply, AnswerRequest, ChoicesPart, Target, TextPart

PERMIT = Target(kind="item", id=1)
CARD = Target(kind="item", id=2)
POLICY = Target(kind="document", id=7)
FAQ = Target(kind="document", id=8)
OLD = Target(kind="document", id=9)
RECORD_TEXT = "稳岗返还通知。对不裁员企业返还上年度失业保险费的百分之六十。申请截止到年底。"


def ask(answerer: Answerer, question: str, **more: Any) -> AnswerReply:
    return answerer.answer(AnswerRequest(question=question, **more))


def only_answer(reply: AnswerReply) -> AnswerPart:
    (part,) = reply.parts
    assert isinstance(part, AnswerPart)
    return part


def test_guide_answers_the_aspect_that_was_asked(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "居住证要带什么材料")
    part = only_answer(reply)
    assert (reply.status, reply.target, reply.aspect) == (
        AnswerStatus.ANSWERED_GUIDE,
        PERMIT,
        Aspect.MATERIALS,
    )
    assert "居民身份证（原件 1 份）" in part.text
    assert "租房合同（复印件 1 份）" in part.text
    assert part.item is not None
    assert part.item.item_id == 1
    assert part.citations[0].url == "https://zwfw.shili.example/guide/jzz"


def test_guide_without_an_aspect_is_an_overview(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    text = only_answer(ask(answerer, "居住证")).text
    assert "在本市居住半年以上" in text
    assert "首次申领不收费" in text


def test_unpublished_field_is_said_to_be_so_with_the_link(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "居住证几天能下来")
    text = only_answer(reply).text
    assert reply.status is AnswerStatus.ANSWERED_GUIDE
    assert "该事项未公布办理时限" in text
    assert "https://zwfw.shili.example/guide/jzz" in text
    assert "0990-5550110" in text


def test_document_is_quoted_with_its_source(answerer: Answerer, finder: Any) -> None:
    finder.found = [(POLICY, 0.9)]
    reply = ask(answerer, "稳岗返还多少")
    part = only_answer(reply)
    assert reply.status is AnswerStatus.ANSWERED_PASSAGE
    assert "百分之六十" in part.text
    assert part.citations[0].document_number == "示人社发〔2025〕3号"
    assert part.citations[0].quote == part.text
    assert reply.passage_ids == [200, 201]
    assert reply.versions == {"document:7": 3}


def test_faq_is_answered_whole(answerer: Answerer, finder: Any) -> None:
    finder.found = [(FAQ, 0.9)]
    assert only_answer(ask(answerer, "居住证丢了")).text == "问：居住证丢了怎么办\n到派出所补领，免费。"


def test_guide_comes_before_a_document_when_a_field_is_asked(answerer: Answerer, finder: Any) -> None:
    finder.found = [(FAQ, 0.95), (PERMIT, 0.9)]
    assert ask(answerer, "居住证要带什么材料").target == PERMIT


def test_unsure_asks_back_with_choices(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.5), (CARD, 0.45), (POLICY, 0.03)]
    reply = ask(answerer, "证要什么材料")
    (part,) = reply.parts
    assert reply.status is AnswerStatus.CLARIFY
    assert isinstance(part, ChoicesPart)
    assert [(choice.target, choice.aspect) for choice in part.choices] == [
        (PERMIT, Aspect.MATERIALS),
        (CARD, Aspect.MATERIALS),
    ]


def test_two_equally_likely_items_are_asked_about(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9), (CARD, 0.89)]
    assert ask(answerer, "办证").status is AnswerStatus.CLARIFY


def test_nothing_likely_is_refused_with_whom_to_ask(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.03)]
    reply = ask(answerer, "火星签证")
    (part,) = reply.parts
    assert reply.status is AnswerStatus.NO_ANSWER
    assert isinstance(part, TextPart)
    for words in ("12345", "示例市公安局", "0990-5550110", "周一至周五 9:00–12:00", "《居住证申领》"):
        assert words in part.text
    assert reply.target is None


def test_refusal_quotes_no_answer(answerer: Answerer, finder: Any) -> None:
    finder.found = [(POLICY, 0.03)]
    assert "百分之六十" not in str(ask(answerer, "火星签证").model_dump_json())


def test_bare_follow_up_stays_with_the_current_item(answerer: Answerer, finder: Any) -> None:
    reply = ask(answerer, "多少钱", current=PERMIT)
    assert only_answer(reply).text == "【居住证申领】收费标准\n首次申领不收费。"
    assert finder.questions == []


def test_other_subject_leaves_the_current_item(answerer: Answerer, finder: Any) -> None:
    finder.found = [(CARD, 0.9)]
    assert ask(answerer, "社保卡要什么材料", current=PERMIT).target == CARD


def test_bare_aspect_without_a_matter_is_asked_back(answerer: Answerer, finder: Any) -> None:
    reply = ask(answerer, "要什么材料")
    assert reply.status is AnswerStatus.ANSWERED_CANNED
    assert finder.questions == []


@pytest.mark.parametrize("question", ["", "  \n "])
def test_empty_question_is_asked_back(answerer: Answerer, question: str) -> None:
    assert ask(answerer, question).status is AnswerStatus.ANSWERED_CANNED


def test_choice_is_answered_without_a_search(answerer: Answerer, finder: Any) -> None:
    reply = answerer.answer(AnswerRequest(chosen=PERMIT, aspect=Aspect.FEE))
    assert reply.target == PERMIT
    assert finder.questions == []


def test_chosen_document_is_quoted_for_the_question(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.5), (POLICY, 0.5)]
    reply = ask(answerer, "稳岗返还多少", chosen=POLICY)
    assert reply.passage_ids == [200, 201]


def test_chosen_item_that_was_withdrawn_is_not_shown(answerer: Answerer, catalogue: Any) -> None:
    catalogue.withdrawn = {PERMIT}
    reply = answerer.answer(AnswerRequest(chosen=PERMIT, aspect=Aspect.FEE))
    assert reply.status is AnswerStatus.NO_ANSWER
    assert "不收费" not in reply.model_dump_json()


def test_withdrawn_between_search_and_reply_the_next_best_answers(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    finder.found = [(PERMIT, 0.9), (FAQ, 0.8)]
    finder.then = lambda: catalogue.withdrawn.add(PERMIT)
    reply = ask(answerer, "居住证")
    assert reply.target == FAQ
    assert "居住证申领" not in reply.model_dump_json()


def test_catalogue_that_never_rests_ends_in_a_refusal(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    finder.found = [(PERMIT, 0.9), (FAQ, 0.8), (POLICY, 0.8), (CARD, 0.8)]
    finder.then = lambda: catalogue.withdrawn.update([PERMIT, FAQ, POLICY, CARD])
    reply = ask(answerer, "居住证")
    assert reply.status is AnswerStatus.NO_ANSWER
    assert "居住证申领" not in reply.model_dump_json()


def test_words_that_left_the_document_are_not_quoted(answerer: Answerer, finder: Any) -> None:
    finder.found = [(POLICY, 0.9)]
    finder.rewrite = "百分之六十改为百分之九十九。"
    text = only_answer(ask(answerer, "稳岗返还多少")).text
    assert "百分之九十九" not in text
    assert "文件的开头" in text


def test_placeholders_of_masked_numbers_are_not_searched_for(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "我是〔电话号码〕，想办居住证")
    assert reply.aspect is None
    assert "电话" not in finder.questions[0]


def test_every_step_is_timed(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    steps = ask(answerer, "居住证").step_ms
    assert list(steps) == [
        "normalise", "screen", "pin", "resolve", "retrieve", "decide", "in_context", "compose", "check",
    ]  # fmt: skip


def test_late_answer_is_not_given(answerer: Answerer, finder: Any) -> None:
    import time

    finder.found = [(PERMIT, 0.9)]
    finder.then = lambda: time.sleep(0.03)
    with pytest.raises(DeadlineExceeded):
        ask(answerer, "居住证", deadline_ms=20)


def test_hidden_document_is_as_if_it_were_not_there(answerer: Answerer, finder: Any) -> None:
    finder.found = [(POLICY, 0.9), (FAQ, 0.03)]
    turn, reply = answerer.run(AnswerRequest(question="稳岗返还"), frozenset([POLICY]))
    assert reply.status is AnswerStatus.NO_ANSWER
    assert "百分之六十" not in answerer.best_text(turn)


@pytest.mark.parametrize("text", ["我不想活了", "居住证怎么办 我家着火了", "你好，有人拿刀砍人"])
def test_danger_is_answered_before_anything_else(answerer: Answerer, finder: Any, text: str) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, text)
    assert reply.status is AnswerStatus.REFERRED_URGENT
    assert re.search(r"110|119|120|12356", reply.parts[0].text)
    assert finder.questions == []


def test_pinned_words_answer_an_exact_question(answerer: Answerer, finder: Any, catalogue: Any) -> None:
    catalogue.pins["春节上班吗"] = Pinned("pin:1", "放假通知", answer="放假。", url="https://x.example/1")
    reply = ask(answerer, "春节上班吗")
    part = only_answer(reply)
    assert (reply.status, part.text, part.citations[0].url) == (
        AnswerStatus.ANSWERED_CANNED, "放假。", "https://x.example/1",
    )  # fmt: skip
    assert finder.questions == []


def test_a_pin_may_lead_to_a_field_of_a_guide(answerer: Answerer, finder: Any, catalogue: Any) -> None:
    catalogue.pins["暂住证"] = Pinned("pin:2", "暂住证", target=PERMIT, aspect=Aspect.FEE)
    reply = ask(answerer, "暂住证")
    assert (reply.status, reply.target, reply.aspect) == (AnswerStatus.ANSWERED_GUIDE, PERMIT, Aspect.FEE)


def test_a_pin_to_a_withdrawn_guide_is_passed_over(answerer: Answerer, finder: Any, catalogue: Any) -> None:
    catalogue.pins["暂住证"] = Pinned("pin:2", "暂住证", target=PERMIT)
    catalogue.withdrawn.add(PERMIT)
    finder.found = [(CARD, 0.9)]
    assert ask(answerer, "暂住证").target == CARD


def test_a_replaced_document_says_what_took_its_place(answerer: Answerer, finder: Any) -> None:
    finder.found = [(OLD, 0.9)]
    reply = ask(answerer, "稳岗返还旧通知")
    part = only_answer(reply)
    assert "已被《稳岗返还通知》示人社发〔2025〕3号替代" in part.text
    assert [source.document_id for source in part.citations] == [9, 7]


def test_a_replacement_that_is_not_shown_is_not_named(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    catalogue.withdrawn.add(POLICY)
    finder.found = [(OLD, 0.9)]
    part = only_answer(ask(answerer, "稳岗返还旧通知"))
    assert "替代" not in part.text
    assert len(part.citations) == 1


@pytest.mark.parametrize(("starts", "page"), [([], None), ([5], 2), ([1000], 1), ([5, 6], 3)])
def test_a_citation_names_the_page_that_its_quote_begins_on(starts: list[int], page: int | None) -> None:
    text = "甲乙丙丁。稳岗返还标准为六成。" + "其他。" * 400
    document = Document(external_id="p", text=text, page_starts=starts)
    target = Target(kind="document", id=1)
    quoted = [FoundPassage(1, target, "", "", "返还标准为六成。", 1.0)]
    assert document_part(document, target, "t", quoted).citations[0].page == page
    assert document_part(document, target, "t", []).citations[0].page is None


def test_an_explanation_names_its_original() -> None:
    original = Document(external_id="law", title="原办法", text="原文。", document_number="示政发〔2025〕1号")
    reading = Document(external_id="r", title="解读", text="解读的话。", explains="law")
    links = DocumentLinks(original=Published(Target(kind="document", id=2), 1, original))
    part = document_part(reading, Target(kind="document", id=1), "解读", [], links=links)
    assert "以上是对《原办法》示政发〔2025〕1号的解读，请以原文为准。" in part.text
    assert [one.external_id for one in part.citations] == ["r", "law"]


def test_a_citation_shows_the_quote_in_its_surroundings(answerer: Answerer, finder: Any) -> None:
    finder.found = [(POLICY, 0.9)]
    source = only_answer(ask(answerer, "稳岗返还多少")).citations[0]
    assert source.context == RECORD_TEXT
    assert source.quote.splitlines()[0] in source.context
