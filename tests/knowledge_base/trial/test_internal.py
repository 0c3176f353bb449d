"""What is for staff alone: staff are answered from it, and no way leads a citizen there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.answering import Aspect
from core.catalogue.models import AnsweredQuestion, Document, DocumentKind, ServiceItem, Status
from core.catalogue.wording import Pin, Term
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import AnswerRequest, Choice, Target
from knowledge_base.search.scopes import FOR_STAFF
from knowledge_base.trial.wire import DraftRef, TrialAnswer, TrialQuestion, TrialRequest
from tests.knowledge_base.conftest import TODAY, WATER, City, follow, found
from tests.knowledge_base.trial.test_trying import draft, said

SCRIPT = Document(
    external_id="script", title="供热投诉答复口径", internal=True,
    text="供热投诉答复口径。先核对户号，再登记温度，不得承诺退费。",
)  # fmt: skip
FAQ = Document(
    external_id="q", title="居民要求退热费怎么答", text="请转供热科李科长处理。", kind=DocumentKind.FAQ,
    internal=True, question_variants=["要求退热费怎么答"],
)  # fmt: skip
GUIDE = ServiceItem(
    external_id="desk", name="窗口交接登记", steps=["填写交接簿", "双方签字"], internal=True,
    questions=[AnsweredQuestion(ask="窗口交接怎么登记", aspect=Aspect.STEPS)],
)  # fmt: skip
SECRETS = ("不得承诺退费", "李科长", "交接簿", "供热投诉答复口径", "窗口交接登记", "居民要求退热费怎么答")
QUESTIONS = (
    "供热投诉答复口径", "供热投诉先核对什么", "居民要求退热费怎么答", "要求退热费怎么答", "窗口交接登记",
    "窗口交接怎么登记", "窗口交接登记办理流程", "供热", "窗口",
)  # fmt: skip

# What repeats the question.
ECHOED = {"answers": {"__all__": {"question", "searched_for"}}}


@pytest.fixture(autouse=True)
def _sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors made of hashes tell nothing; words and names do."""
    monkeypatch.setattr("knowledge_base.search.ranking.confidence", lambda signals: min(1.0, signals.covered))


def staff_ask(knowledge: KnowledgeBase, question: str, ref: DraftRef | None = None) -> TrialAnswer:
    asked = TrialRequest(questions=[TrialQuestion(question=question)], draft=ref, internal=True)
    (answer,) = knowledge.try_out(asked).answers
    return answer


def everything_said(knowledge: KnowledgeBase, questions: Sequence[str] = QUESTIONS, **more: object) -> str:
    requests = [AnswerRequest(question=one, **more) for one in questions]
    asked = TrialRequest(questions=[TrialQuestion(question=one) for one in questions])
    return "".join(
        [knowledge.answer(one).model_dump_json() for one in requests]
        + [knowledge.try_out(asked).model_dump_json(exclude=ECHOED)]
    )


def test_staff_are_answered_from_it_and_told_so(city: City, knowledge: KnowledgeBase) -> None:
    city.put(SCRIPT, FAQ, GUIDE)
    follow(knowledge)
    answer = staff_ask(knowledge, "供热投诉先核对什么")
    assert (answer.answered_from, answer.is_internal) == ("script", True)
    assert "先核对户号" in said(answer)
    assert "李科长" in said(staff_ask(knowledge, "居民要求退热费怎么答"))
    assert "填写交接簿" in said(staff_ask(knowledge, "窗口交接登记办理流程"))
    public = staff_ask(knowledge, "东区停水检修管道")
    assert (public.answered_from, public.is_internal) == ("water", False)


def test_no_question_leads_a_citizen_there(city: City, knowledge: KnowledgeBase) -> None:
    city.put(SCRIPT, FAQ, GUIDE)
    follow(knowledge)
    told = everything_said(knowledge)
    assert not [one for one in SECRETS if one in told]
    for question in QUESTIONS:
        assert not {"script", "q", "desk"} & set(found(knowledge, question))
        owners = knowledge._replica.engine.search(question, region=None, today=TODAY).owners
        assert not {"script", "q", "desk"} & {one.external_id for one in owners}


def test_neither_a_choice_nor_a_conversation_nor_a_pin_nor_a_term_leads_there(
    city: City, knowledge: KnowledgeBase
) -> None:
    city.put(SCRIPT, FAQ, GUIDE)
    city.wordings.put_pins([Pin(question="口径是什么", document="script"), Pin(question="交接", item="desk")])
    city.wordings.put_terms([Term(term="交班", item="desk")])
    follow(knowledge)
    keys = [
        stored.key
        for kind, name in (("document", "script"), ("document", "q"), ("item", "desk"))
        if (stored := city.reads.by_external_id(kind, name)) is not None  # type: ignore[arg-type]
    ]
    assert len(keys) == 3
    told = everything_said(knowledge, ["口径是什么", "交接", "交班", "怎么交班"])
    for key in keys:
        target = Target(kind=key.kind, id=key.id)
        told += knowledge.answer(AnswerRequest(chosen=target)).model_dump_json()
        told += everything_said(knowledge, ["流程呢", "然后呢", *QUESTIONS], current=target)
        offered = [Choice(title="第一个", target=target), Choice(title="第二个", target=target)]
        told += everything_said(knowledge, ["第一个"], offered=offered)
    assert not [one for one in SECRETS if one in told]


def test_neither_a_link_nor_a_newer_document_leads_there(city: City, knowledge: KnowledgeBase) -> None:
    city.put(
        SCRIPT,
        replace(WATER, explains="script"),
        replace(SCRIPT, external_id="ender", replaces=["water", "fund"]),
    )
    follow(knowledge)
    told = everything_said(knowledge, ["东区停水检修管道", "租房可以提取公积金吗"])
    assert "停水检修" in told
    assert "可以提取公积金" in told
    assert "口径" not in told


def test_it_teaches_nobody_which_field_is_asked_for(city: City, knowledge: KnowledgeBase) -> None:
    city.put(GUIDE)
    follow(knowledge)
    held = {one.external_id: one for one in knowledge._replica.engine.owners()}
    assert held["desk"].effective_from == FOR_STAFF
    assert held["desk"].asked == ()


def test_what_becomes_internal_is_silent_and_what_is_opened_answers(
    city: City, knowledge: KnowledgeBase
) -> None:
    follow(knowledge)
    question = "东区停水检修管道"
    assert "停水检修" in knowledge.answer(AnswerRequest(question=question)).model_dump_json()
    city.put(replace(WATER, internal=True))
    # At once: the check does not wait for the index.
    assert "停水检修管道。" not in knowledge.answer(AnswerRequest(question=question)).model_dump_json()
    follow(knowledge)
    assert "water" not in found(knowledge, question)
    assert staff_ask(knowledge, question).is_internal
    city.put(WATER)
    follow(knowledge)
    assert "停水检修" in knowledge.answer(AnswerRequest(question=question)).model_dump_json()
    city.writes.set_status("document", "water", Status.WITHDRAWN)
    follow(knowledge)
    assert staff_ask(knowledge, question).answered_from != "water"


def test_an_internal_draft_is_tried_as_staff_and_as_citizens_get_it(
    city: City, knowledge: KnowledgeBase
) -> None:
    follow(knowledge)
    ref = draft(city, SCRIPT)
    question = "供热投诉先核对什么"
    answer = staff_ask(knowledge, question, ref)
    assert (answer.answered_from, answer.is_draft, answer.is_internal) == ("script", True, True)
    asked = TrialRequest(questions=[TrialQuestion(question=question)], draft=ref)
    assert "户号" not in knowledge.try_out(asked).model_dump_json()


def test_citizens_lose_what_a_draft_makes_internal(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    ref = draft(city, replace(WATER, internal=True))
    asked = TrialRequest(questions=[TrialQuestion(question="东区停水检修管道")], draft=ref)
    (answer,) = knowledge.try_out(asked).answers
    assert answer.answered_from != "water"
    assert "周五上午" not in said(answer)


def test_a_saved_index_keeps_it_apart(city: City, tmp_path: Path) -> None:
    city.put(SCRIPT, GUIDE)
    for _ in range(2):
        replica = city.replica(saved_under=tmp_path / "index")
        replica.sync()
        today = replica.engine.search("供热投诉答复口径", region=None, today=TODAY)
        assert "script" not in {one.external_id for one in today.owners}
        staff = replica.engine.search("供热投诉答复口径", region=None, today=TODAY, internal=True)
        assert "script" in {one.external_id for one in staff.owners}
        replica.close()
