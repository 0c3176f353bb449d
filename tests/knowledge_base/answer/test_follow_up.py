"""What a turn takes over from the last: choices in words, district, aspect."""

from __future__ import annotations

from typing import Any

import pytest

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Region
from knowledge_base.answer.answerer import Answerer
from knowledge_base.answer.districts import named_district, without_whereabouts
from knowledge_base.answer.picking import picked
from knowledge_base.contract import AnswerReply, AnswerRequest, Choice, ChoicesPart, Target

PERMIT = Target(kind="item", id=1)
CARD = Target(kind="item", id=2)
OFFERED = [
    Choice(title="居住证申领", target=PERMIT, aspect=Aspect.FEE),
    Choice(title="居住证签注", target=CARD),
    Choice(title="社会保障卡申领", target=CARD),
]
REGIONS = [
    Region(code="990100", name="示例市"),
    Region(code="990101", name="东区", aliases=["示例市东区"]),
    Region(code="990102", name="西区", aliases=["西城"]),
    Region(code="990105", name="高新区", aliases=["高新", "开发区", "示例市高新技术产业开发区"]),
]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第二个", 2), ("第2个吧", 2), ("2", 2), ("２", 2), ("选2", 2), ("二", 2),
        ("选第一项", 1), ("我要第三个", 3), ("最后一个", 3), ("社会保障卡那个", 3), ("签注", 2),
        ("我想问的是社会保障卡", 3),
    ],
)  # fmt: skip
def test_a_choice_is_picked_in_words(text: str, number: int) -> None:
    assert picked(text, OFFERED) == OFFERED[number - 1]


@pytest.mark.parametrize("text", ["第四个", "居住证那个", "护照怎么办", "卡", "第二个孩子上户口"])
def test_what_picks_none_or_several_is_no_choice(text: str) -> None:
    assert picked(text, OFFERED) is None


def test_without_an_offer_nothing_is_picked() -> None:
    assert picked("第二个", []) is None


@pytest.mark.parametrize(
    ("text", "code", "alone"),
    [
        ("东区", "990101", True),
        ("我在示例市东区那边", "990101", True),
        ("西区的高龄津贴", "990102", False),
        ("我妈西区高龄津贴", "990102", False),
        ("西城", "990102", True),
        ("我住开发区", "990105", True),
        ("我住西城去哪登", "990102", False),
        ("家在高新", "990105", True),
        ("人在高新怎么办", "990105", False),
        ("我是东区的", "990101", True),
        ("东区户口", "990101", True),
        ("我高新户口", "990105", True),
        ("示例市高新技术产业开发区租房补贴", "990105", False),
    ],
)
def test_a_district_is_read_from_words(text: str, code: str, alone: bool) -> None:
    found = named_district(text, REGIONS)
    assert found is not None
    assert (found.code, found.alone) == (code, alone)


@pytest.mark.parametrize(
    "text",
    [
        "示例市", "东区和西区", "居住证", "高新技术企业认定怎么申请", "国家级经济技术开发区有什么优惠",
        "山东区域社保转移", "丰西城际铁路", "人在高新技术企业上班", "我住西城路",
    ],
)  # fmt: skip
def test_a_city_or_several_districts_are_none(text: str) -> None:
    assert named_district(text, REGIONS) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我住东区，居住证在哪办", "居住证在哪办"),
        ("居住证在哪办？我家在西区那边。", "居住证在哪办"),
        ("我现在搬到高新区了，居住证在哪办，收费吗", "居住证在哪办，收费吗"),
        ("东区居住证在哪办，收费吗", "东区居住证在哪办，收费吗"),
        ("我在东区", "我在东区"),
        ("我住西城去哪登", "去哪登"),
        ("我家住东区那边居住证在哪办", "居住证在哪办"),
        ("我住东区", "我住东区"),
        ("居住证在哪办，收费吗", "居住证在哪办，收费吗"),
    ],
)
def test_where_one_is_says_nothing_of_the_matter(text: str, left: str) -> None:
    assert without_whereabouts(text, REGIONS) == left


def test_it_is_not_searched_for(answerer: Answerer, finder: Any, catalogue: Any) -> None:
    catalogue.districts = REGIONS
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "我住西区，居住证在哪办")
    assert (finder.questions, finder.regions) == (["居住证在哪办"], ["990102"])
    assert reply.region == "990102"


def ask(answerer: Answerer, question: str, **more: Any) -> AnswerReply:
    return answerer.answer(AnswerRequest(question=question, **more))


def test_a_number_that_is_not_offered_is_no_question(answerer: Answerer, finder: Any) -> None:
    again = ask(answerer, "第六个", offered=OFFERED)
    assert again.status is AnswerStatus.CLARIFY
    assert [part.choices for part in again.parts if isinstance(part, ChoicesPart)] == [OFFERED]
    assert ask(answerer, "第六个").status is AnswerStatus.ANSWERED_CANNED
    assert finder.questions == []


def test_words_pick_from_what_was_offered(answerer: Answerer, finder: Any) -> None:
    reply = ask(answerer, "第一个", offered=OFFERED)
    assert (reply.status, reply.target, reply.aspect) == (AnswerStatus.ANSWERED_GUIDE, PERMIT, Aspect.FEE)
    assert finder.questions == []


def test_two_aspects_give_two_cards(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "居住证要什么材料，多少钱")
    assert [part.aspect for part in reply.parts] == [Aspect.MATERIALS, Aspect.FEE]  # type: ignore[union-attr]
    assert reply.aspect is Aspect.MATERIALS


def test_another_matter_keeps_the_aspect(answerer: Answerer, finder: Any) -> None:
    finder.found = [(CARD, 0.9)]
    reply = ask(answerer, "那社保卡呢", current=PERMIT, current_aspect=Aspect.FEE)
    assert (reply.target, reply.aspect) == (CARD, Aspect.FEE)
    assert finder.questions == ["社保卡的收费标准"]


def test_another_matter_with_an_aspect_of_its_own_is_searched_for_as_it_is(
    answerer: Answerer, finder: Any
) -> None:
    finder.found = [(CARD, 0.9)]
    ask(answerer, "那社保卡要多少钱呢", current=PERMIT, current_aspect=Aspect.FEE)
    assert finder.questions == ["那社保卡要多少钱呢"]


def test_a_guide_of_another_district_leads_to_that_of_the_district_named(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    catalogue.districts = REGIONS
    catalogue.elsewhere = {PERMIT: "990101"}
    finder.found = [(CARD, 0.9)]
    reply = ask(answerer, "西区的呢", current=PERMIT, current_aspect=Aspect.FEE, region="990101")
    assert finder.questions == ["居住证申领 西区的收费标准"]
    assert (reply.target, reply.aspect, reply.region) == (CARD, Aspect.FEE, "990102")


def test_a_guide_that_is_withdrawn_leads_to_no_other(answerer: Answerer, finder: Any, catalogue: Any) -> None:
    catalogue.districts = REGIONS
    catalogue.withdrawn = {PERMIT}
    reply = ask(answerer, "西区的呢", current=PERMIT, current_aspect=Aspect.FEE, region="990101")
    assert (reply.status, finder.questions) == (AnswerStatus.NO_ANSWER, [])


def test_a_named_district_counts_for_search_and_is_kept(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    catalogue.districts = REGIONS
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "东区居住证", region="990102")
    assert reply.region == "990101"
    assert finder.regions == ["990101"]


def test_a_district_alone_goes_on_about_the_same(answerer: Answerer, finder: Any, catalogue: Any) -> None:
    catalogue.districts = REGIONS
    reply = ask(answerer, "我在东区", current=PERMIT, current_aspect=Aspect.PLACE)
    assert (reply.target, reply.aspect, reply.region) == (PERMIT, Aspect.PLACE, "990101")
    assert finder.questions == []


def test_a_district_with_an_aspect_goes_on_about_the_same(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    catalogue.districts = REGIONS
    reply = ask(answerer, "西区在哪办", current=PERMIT)
    assert (reply.target, reply.aspect, reply.region) == (PERMIT, Aspect.PLACE, "990102")


def test_the_district_is_asked_for_where_the_counter_depends_on_it(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    catalogue.districts = REGIONS
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "居住证在哪办")
    assert (reply.status, reply.asks_region) == (AnswerStatus.CLARIFY, True)
    (part,) = reply.parts
    assert [(choice.title, choice.region) for choice in part.choices] == [  # type: ignore[union-attr]
        ("东区", "990101"), ("西区", "990102"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "more", [{"region": "990101"}, {"region_asked": True}, {"chosen": PERMIT, "aspect": Aspect.PLACE}]
)
def test_the_district_is_not_asked_for_twice(
    answerer: Answerer, finder: Any, catalogue: Any, more: dict[str, Any]
) -> None:
    catalogue.districts = REGIONS
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "居住证在哪办", **more)
    assert reply.status is AnswerStatus.ANSWERED_GUIDE


def test_a_field_that_is_the_same_everywhere_needs_no_district(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    catalogue.districts = REGIONS
    finder.found = [(PERMIT, 0.9)]
    assert ask(answerer, "居住证要什么材料").status is AnswerStatus.ANSWERED_GUIDE


def test_a_question_about_now_tells_whether_the_counter_is_open(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "居住证窗口现在上班吗", aspect=Aspect.HOURS, region="990101")
    text = reply.parts[0].text
    assert "东区大厅：现在是周一 09:00，正在办理" in text


def test_an_agency_is_asked_about_itself(answerer: Answerer, finder: Any) -> None:
    reply = ask(answerer, "示例市公安局现在上班吗")
    text = reply.parts[0].text
    assert reply.status is AnswerStatus.ANSWERED_GUIDE
    assert "【示例市公安局】\n现在是周一 09:00，正在办理" in text
    assert "周一至周五 9:00–12:00" in text
    assert finder.questions == []


def test_what_an_agency_has_not_published_is_said_to_be_so(answerer: Answerer) -> None:
    assert "该部门未公布地址。" in ask(answerer, "示例市公安局在哪里").parts[0].text


def test_a_follow_up_on_a_document_looks_for_the_guide_of_its_matter(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "要带什么材料", current=Target(kind="document", id=7))
    assert finder.questions == ["稳岗返还通知 要带什么材料"]
    assert (reply.status, reply.target, reply.aspect) == (
        AnswerStatus.ANSWERED_GUIDE, PERMIT, Aspect.MATERIALS,
    )  # fmt: skip


def test_a_piece_of_the_guides_name_with_an_aspect_goes_on_about_it(answerer: Answerer, finder: Any) -> None:
    reply = ask(answerer, "居住证费用大概多少", current=PERMIT)
    assert (reply.target, reply.aspect, finder.questions) == (PERMIT, Aspect.FEE, [])


@pytest.mark.parametrize("question", ["护照要多少钱", "居住证那件事", "居民社保卡要多少钱"])
def test_anything_else_is_searched_for(answerer: Answerer, finder: Any, question: str) -> None:
    finder.found = [(CARD, 0.9)]
    assert ask(answerer, question, current=PERMIT).target == CARD
    assert finder.questions == [question]


def test_where_one_lives_with_an_aspect_goes_on_about_the_same(
    answerer: Answerer, finder: Any, catalogue: Any
) -> None:
    catalogue.districts = REGIONS
    reply = ask(answerer, "我住西城去哪登", current=PERMIT)
    assert (reply.target, reply.aspect, reply.region) == (PERMIT, Aspect.PLACE, "990102")
    assert finder.questions == []


def test_a_number_told_beside_the_question_is_no_part_of_it(answerer: Answerer, finder: Any) -> None:
    said = "我身份证〔身份证号〕，电话〔电话号码〕，要带什么材料"
    reply = ask(answerer, said, current=PERMIT)
    assert (reply.target, reply.aspect, finder.questions) == (PERMIT, Aspect.MATERIALS, [])


@pytest.mark.parametrize("said", ["你好，我的号码是〔电话号码〕", "〔银行卡号〕。"])
def test_a_number_and_nothing_else_is_asked_back_for(answerer: Answerer, finder: Any, said: str) -> None:
    assert ask(answerer, said).status is AnswerStatus.ANSWERED_CANNED
    assert finder.questions == []


def test_anger_before_a_question_is_not_searched_for(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    reply = ask(answerer, "傻逼系统，累死了，居住证到底要什么材料")
    assert (reply.target, finder.questions) == (PERMIT, ["居住证到底要什么材料"])


def test_a_field_alone_after_a_question_back_is_asked_of_the_same_choices(
    answerer: Answerer, finder: Any
) -> None:
    offered = [
        Choice(title=name, target=target) for name, target in (("居住证申领", PERMIT), ("社保卡", CARD))
    ]
    reply = ask(answerer, "多久能办好", offered=offered)
    (part,) = reply.parts
    assert (reply.status, finder.questions) == (AnswerStatus.CLARIFY, [])
    assert [(choice.target, choice.aspect) for choice in part.choices] == [  # type: ignore[union-attr]
        (PERMIT, Aspect.TIME_LIMIT), (CARD, Aspect.TIME_LIMIT),
    ]  # fmt: skip
