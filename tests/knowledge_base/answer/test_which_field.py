"""Which fields are shown where none is named, and which guide is meant by a bare name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Fee, Region, ServiceItem
from knowledge_base.answer.ambiguous import asked_which
from knowledge_base.answer.answerer import Answerer
from knowledge_base.answer.decide import Decision
from knowledge_base.answer.ports import Candidate, FoundPassage, Listed, Published
from knowledge_base.answer.turn import Turn
from knowledge_base.answer.which_field import fields_meant, known_field
from knowledge_base.contract import AnswerPart, AnswerRequest, Target
from tests.knowledge_base.answer.conftest import FAQ, PERMIT, POLICY

TARGET = Target(kind="item", id=1)
ITEM = ServiceItem(external_id="gjj", name="租房提取公积金", aliases=["公积金租房"], fee=Fee(text="不收费"))


def found(*fields: str, asked: float = 0.0) -> list[FoundPassage]:
    return [FoundPassage(place, TARGET, name, "", "", 1.0, asked) for place, name in enumerate(fields)]


def test_the_best_two_fields_that_may_be_meant_are_shown() -> None:
    passages = found("legal_basis", "conditions", "steps", "fee")
    meant = fields_meant("刚换单位才交了两个月能不能提", ITEM, passages)
    assert meant == (Aspect.CONDITIONS, Aspect.STEPS)


def test_who_names_only_the_matter_or_asks_nothing_sees_the_overview() -> None:
    assert fields_meant("公积金租房能提吗", ITEM, found("steps")) == ()
    assert fields_meant("我刚换了单位在外面租了一间小房子", ITEM, found("steps")) == ()


def test_what_is_known_or_guessed_goes_first() -> None:
    assert fields_meant("公积金租房", ITEM, found("steps", "fee"), Aspect.PLACE)[0] is Aspect.PLACE
    known = found("conditions", asked=0.97)
    assert known_field(known) is Aspect.CONDITIONS
    assert known_field(found("conditions", asked=0.9)) is None
    assert known_field(Listed(known).of(POLICY)) is None


def shown(answerer: Answerer, question: str) -> list[Aspect | None]:
    parts = answerer.answer(AnswerRequest(question=question, region="990101")).parts
    return [part.aspect for part in parts if isinstance(part, AnswerPart)]


def test_fields_learnt_to_be_asked_for_stand_beside_those_named(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    finder.asks_for = {Aspect.FEE: 0.3, Aspect.MATERIALS: 0.6, Aspect.PLACE: 0.1, Aspect.LEGAL_BASIS: 0.9}
    story = "来了大半年一直没弄那张卡片现在想弄居住证，在哪办"
    assert shown(answerer, story) == [Aspect.PLACE, Aspect.MATERIALS, Aspect.FEE]
    assert shown(answerer, "居住证在哪办") == [Aspect.PLACE]
    assert shown(answerer, "来了大半年一直没弄那张卡片现在弄行不行") == [Aspect.MATERIALS, Aspect.FEE]


def test_at_most_three_fields_are_shown(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    finder.asks_for = {Aspect.FEE: 0.5, Aspect.MATERIALS: 0.6, Aspect.HOURS: 0.4, Aspect.STEPS: 0.3}
    story = "来了大半年一直没弄那张卡片现在想弄居住证，在哪办"
    assert shown(answerer, story) == [Aspect.PLACE, Aspect.MATERIALS, Aspect.FEE]


def test_who_asks_for_hours_in_a_district_is_told_where(
    answerer: Answerer, catalogue: Any, finder: Any
) -> None:
    catalogue.districts = [Region(code="990101", name="东区")]
    finder.found = [(PERMIT, 0.9)]
    assert shown(answerer, "居住证东区几点上班") == [Aspect.PLACE, Aspect.HOURS]
    assert shown(answerer, "居住证几点上班") == [Aspect.HOURS]


def test_a_summary_introduces_fields_that_nobody_named(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    find = finder.find

    def with_field(question: str, **options: Any) -> Any:
        result = find(question, **options)
        return type(result)(result.candidates, Listed([FoundPassage(1, PERMIT, "fee", "", "", 1.0)]))

    finder.find = with_field
    parts = answerer.answer(AnswerRequest(question="孩子跟着我们从老家那边过来住了好几个月算不算")).parts
    (part,) = (one for one in parts if isinstance(one, AnswerPart))
    assert part.aspect is Aspect.FEE
    assert part.text.startswith("【居住证申领】在本市居住半年以上的可以申领居住证。\n收费标准：")


def test_a_name_that_several_guides_share_is_asked_back() -> None:
    renew, lost = Target(kind="item", id=11), Target(kind="item", id=12)
    names = {
        renew: ServiceItem(external_id="qm", name="驾驶证期满换证", aliases=["驾照换证"]),
        lost: ServiceItem(external_id="bz", name="驾驶证遗失补证", aliases=["驾照补办"]),
        PERMIT: ServiceItem(external_id="jzz", name="居住证申领", aliases=["办居住证"]),
    }

    class Names:
        def published(self, target: Target) -> Published:
            return Published(target, 1, names[target])

    def decided(
        question: str, *targets: Target, act: Literal["answer", "clarify"] = "answer", sure: float = 0.9
    ) -> Decision:
        turn = Turn(AnswerRequest(question=question), now=None, question=question)  # type: ignore[arg-type]
        chosen = [Candidate(one, "", names[one].name, None, sure / (1 + n)) for n, one in enumerate(targets)]
        turn.found = type(turn.found)(chosen)
        return asked_which(turn, Decision(act, chosen), Names())  # type: ignore[arg-type]

    assert decided("驾照怎么办", renew, lost).act == "clarify"
    assert decided("驾照补办怎么办", lost, renew).act == "answer"
    assert [one.target for one in decided("驾照怎么办", PERMIT, renew, lost, act="clarify").candidates] == [
        renew,
        lost,
    ]
    assert decided("居住证怎么办", PERMIT, renew).act == "answer"
    # In few words that are no name of the first two guides are as likely meant; in more the first one is.
    assert decided("驾照重新弄一张", lost, renew).act == "clarify"
    assert decided("驾照重新弄一张", lost, renew, sure=0.08).act == "answer"
    assert decided("驾照重新弄一张", lost, renew, sure=0.99).act == "answer"
    assert decided("驾照掉水里泡烂了想重新弄一张", lost, renew).act == "answer"


def test_a_choice_named_in_words_keeps_the_field_it_was_offered_for(answerer: Answerer, finder: Any) -> None:
    finder.found = [(PERMIT, 0.9)]
    offered = [
        {"title": "居住证申领", "target": PERMIT, "aspect": "fee"},
        {"title": "居住证签注", "target": POLICY, "aspect": "fee"},
    ]
    reply = answerer.answer(AnswerRequest.model_validate({"question": "头一回领证的", "offered": offered}))
    assert (reply.status, reply.aspect) == (AnswerStatus.ANSWERED_GUIDE, Aspect.FEE)


def test_a_faq_beside_a_guide_says_whose_answer_it_is(answerer: Answerer, finder: Any) -> None:
    asked = "孩子跟着我们从老家那边过来住了好几个月算不算"
    find = finder.find

    def both(question: str, **options: Any) -> Any:
        finder.found = [(PERMIT, 0.9), (FAQ, 0.8)]
        result = find(question, **options)
        near = [replace(one, score=1.0) for one in result.candidates]
        return type(result)(near, result.passages)

    finder.find = both
    parts = [
        one for one in answerer.answer(AnswerRequest(question=asked)).parts if isinstance(one, AnswerPart)
    ]
    assert parts[0].item is not None
    assert parts[-1].text.startswith("问：居住证丢了怎么办\n")
