"""The question for the district, where guides or counters differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Fee, Place, Region, ServiceItem
from knowledge_base.answer.answerer import Answerer
from knowledge_base.contract import AnswerPart, AnswerRequest, Choice, ChoicesPart, Target
from tests.knowledge_base.answer.conftest import PERMIT, RECORDS

REGIONS = [Region(code="990101", name="东区"), Region(code="990102", name="西区")]
EAST, WEST = Target(kind="item", id=31), Target(kind="item", id=32)


@pytest.fixture(autouse=True)
def districts(catalogue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.districts = REGIONS
    for target, region in ((EAST, REGIONS[0]), (WEST, REGIONS[1])):
        guide = ServiceItem(
            external_id=region.code,
            name=f"{region.name}租房补贴申领（2026年度）",
            region=region.code,
            fee=Fee(text="不收费；每月补贴 500 元。"),
        )
        monkeypatch.setitem(RECORDS, target, guide)


def test_of_one_matter_in_several_districts_it_is_asked_which(answerer: Answerer, finder: Any) -> None:
    finder.found = [(EAST, 0.9), (WEST, 0.2)]
    reply = answerer.answer(AnswerRequest(question="租房补贴怎么领"))
    assert (reply.status, reply.asks_region) == (AnswerStatus.CLARIFY, True)
    (part,) = reply.parts
    assert isinstance(part, ChoicesPart)
    assert [(choice.target, choice.region) for choice in part.choices] == [(EAST, "990101"), (WEST, "990102")]


@pytest.mark.parametrize("more", [{"region": "990101"}, {"question": "东区租房补贴怎么领"}])
def test_a_known_district_is_not_asked_for(answerer: Answerer, finder: Any, more: dict[str, Any]) -> None:
    finder.found = [(EAST, 0.9), (WEST, 0.2)]
    reply = answerer.answer(AnswerRequest(**{"question": "租房补贴怎么领", **more}))
    assert (reply.status, reply.target) == (AnswerStatus.ANSWERED_GUIDE, EAST)


def test_a_matter_of_one_district_is_answered(answerer: Answerer, finder: Any) -> None:
    finder.found = [(EAST, 0.9), (PERMIT, 0.02)]
    assert answerer.answer(AnswerRequest(question="租房补贴怎么领")).status is AnswerStatus.ANSWERED_GUIDE


def test_where_more_is_asked_than_the_counter_tells_all_is_answered(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    assert answerer.answer(AnswerRequest(question="居住证在哪办")).asks_region
    reply = answerer.answer(AnswerRequest(question="居住证在哪办，要交钱吗"))
    place, fee = (part for part in reply.parts if isinstance(part, AnswerPart))
    assert (place.aspect, fee.aspect) == (Aspect.PLACE, Aspect.FEE)
    assert "东区大厅" in place.text
    assert "西区大厅" in place.text


def test_so_it_is_where_more_is_learnt_to_be_asked(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    finder.asks_for = {Aspect.FEE: 0.2}
    assert answerer.answer(AnswerRequest(question="居住证去哪开")).asks_region
    finder.asks_for = {Aspect.FEE: 0.5}
    assert not answerer.answer(AnswerRequest(question="居住证去哪开")).asks_region


def test_counters_that_keep_the_same_hours_need_no_district(
    answerer: Answerer, finder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit = RECORDS[PERMIT]
    assert isinstance(permit, ServiceItem)
    phones = [Place(name="大厅", address="一路", region=one.code, phone="0990-1") for one in REGIONS]
    monkeypatch.setitem(RECORDS, PERMIT, replace(permit, places=phones))
    finder.found = [(PERMIT, 0.9)]
    assert answerer.answer(AnswerRequest(question="居住证电话")).status is AnswerStatus.ANSWERED_GUIDE


def test_what_is_paid_out_is_told_where_the_guide_tells_it(answerer: Answerer, finder: Any) -> None:
    finder.found = [(EAST, 0.9)]
    reply = answerer.answer(AnswerRequest(question="租房补贴一个月有多少", region="990101"))
    assert "500 元" in reply.parts[0].text
    assert "收费" in reply.parts[0].text


def test_a_district_alone_asks_for_the_matter_and_is_kept(answerer: Answerer, finder: Any) -> None:
    reply = answerer.answer(AnswerRequest(question="我在西区"))
    assert (reply.status, reply.region, finder.questions) == (AnswerStatus.ANSWERED_CANNED, "990102", [])


def test_a_district_told_in_reply_picks_its_choice_and_a_new_wish_does_not(
    answerer: Answerer, finder: Any
) -> None:
    finder.found = [(PERMIT, 0.9)]
    offered = [
        Choice(title=f"{one}租房补贴申领", target=target, aspect=Aspect.FEE)
        for one, target in (("东区", EAST), ("西区", WEST))
    ]
    for said, target in (
        ("我爸户口在西区", WEST),
        ("公司和房子都在西区", WEST),
        ("我在西区，想办居住证", PERMIT),
    ):
        assert answerer.answer(AnswerRequest(question=said, offered=offered)).target == target, said
