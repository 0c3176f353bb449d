"""A draft is tried as if it were published, and nobody else gets to see it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.answering import AnswerStatus
from core.catalogue.documents import record_title
from core.catalogue.models import Document, DocumentKind, ServiceItem
from core.catalogue.payloads import kind_of, to_payload
from core.catalogue.wording import Pin
from core.database.engine import writing
from core.errors import Conflict
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import AnswerPart, AnswerRequest
from knowledge_base.editing.drafts import put_draft
from knowledge_base.trial.wire import DraftRef, TrialAnswer, TrialQuestion, TrialRequest
from tests.knowledge_base.conftest import CARD, NOW, TODAY, WATER, City, follow, found

NEW = Document(external_id="heat", title="供热通知", text="供热通知。西区周日开始供热，室温不低于十八度。")
MARK = "0123456789abcdef"


@pytest.fixture(autouse=True)
def _sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors made of hashes tell nothing; words and names do."""
    monkeypatch.setattr("knowledge_base.search.ranking.confidence", lambda signals: min(1.0, signals.covered))


def draft(city: City, record: Document | ServiceItem) -> DraftRef:
    kind = kind_of(record)
    values = {
        "agency": None, "title": record_title(record), "payload": to_payload(record), "base_version": 0,
        "mark": MARK, "state": "editing", "authors": ["li"], "comment": "", "updated_at": NOW,
    }  # fmt: skip
    with writing(city.database) as connection:
        put_draft(connection, kind, record.external_id, values)
    return DraftRef(kind=kind, external_id=record.external_id, mark=MARK)


def ask(
    knowledge: KnowledgeBase, question: str, ref: DraftRef | None = None, region: str | None = None
) -> TrialAnswer:
    asked = TrialRequest(questions=[TrialQuestion(question=question, region=region)], draft=ref)
    (answer,) = knowledge.try_out(asked).answers
    return answer


def said(answer: TrialAnswer) -> str:
    return "\n".join(part.text for part in answer.reply.parts if isinstance(part, AnswerPart))


def test_without_a_draft_it_is_what_citizens_get(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    question = "东区停水检修管道"
    answer = ask(knowledge, question)
    own = knowledge.answer(AnswerRequest(question=question))
    assert answer.reply.model_copy(update={"step_ms": {}}) == own.model_copy(update={"step_ms": {}})
    assert (answer.answered_from, answer.is_draft) == ("water", False)
    assert answer.candidates[0].external_id == "water"
    assert {"cosine", "covered", "name_match"} <= set(answer.candidates[0].signals)
    first = answer.passages[0]
    assert WATER.text[first.start : first.end] == first.text


def test_a_new_draft_answers_and_citizens_do_not_get_it(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    question = "西区供热室温不低于"
    ref = draft(city, NEW)
    assert ask(knowledge, question).answered_from != "heat"
    answer = ask(knowledge, question, ref)
    assert (answer.answered_from, answer.is_draft) == ("heat", True)
    assert "室温不低于十八度" in said(answer)
    assert answer.candidates[0].is_draft
    assert ask(knowledge, question).answered_from != "heat"
    assert "heat" not in found(knowledge, question)


def test_while_a_draft_is_tried_no_citizen_finds_it(
    city: City, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(knowledge)
    question = "西区供热室温不低于"
    ref = draft(city, NEW)
    run = knowledge._trying._answerer
    hits: list[str] = []
    targets: list[object] = []
    held: list[int] = []
    seen: list[str] = []

    def meanwhile(*given: object) -> object:
        hits.extend(found(knowledge, question))
        targets.append(knowledge.answer(AnswerRequest(question=question)).target)
        now = knowledge._replica.engine.search(question, region=None, today=TODAY)
        seen.extend(owner.external_id for owner in now.owners)
        held.append(len(knowledge._replica.engine.search(question, region=None, today=date.max).owners))
        return run(*given)  # type: ignore[arg-type]

    before = knowledge.answer(AnswerRequest(question=question)).target
    monkeypatch.setattr("knowledge_base.trial.trying.Trying._answerer", lambda _, *given: meanwhile(*given))
    assert ask(knowledge, question, ref).answered_from == "heat"
    assert "heat" not in hits
    # Neither by the check against the database nor, before that, by the search itself.
    assert sorted(seen) == ["card", "fund", "water"]
    assert targets == [before]
    # Held it is: only its first day keeps it from being found.
    assert held == [4]


def test_two_drafts_that_are_tried_at_once_do_not_see_each_other(
    city: City, knowledge: KnowledgeBase
) -> None:
    follow(knowledge)
    ref = draft(city, NEW)
    other = knowledge._draft(draft(city, Document(external_id="heat2", text=NEW.text + "另有说明。")))
    with knowledge._trying._tried(other, internal=False):
        answer = ask(knowledge, "西区供热室温不低于", ref)
    assert "heat2" not in [one.external_id for one in answer.candidates]
    assert answer.answered_from == "heat"


def test_a_draft_stands_in_the_place_of_its_record(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    changed = Document(external_id="water", title="停水通知", text="停水通知。东区周六下午停水检修管道。")
    answer = ask(knowledge, "东区停水检修管道", draft(city, changed))
    assert (answer.answered_from, answer.is_draft) == ("water", True)
    assert "周六下午" in said(answer)
    assert "周五上午" not in said(answer)
    assert [one.external_id for one in answer.candidates].count("water") == 1
    assert "周五上午" in said(ask(knowledge, "东区停水检修管道"))


def test_a_guide_and_a_question_of_a_faq_are_tried_too(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    guide = ServiceItem(external_id="card", name=CARD.name, steps=["到街道申请", "领取优待证"])
    answer = ask(knowledge, "老年优待证办理流程", draft(city, guide))
    assert answer.is_draft
    assert "领取优待证" in said(answer)
    faq = Document(
        external_id="q", title="供热几号开始", text="十一月十五日开始供热。", kind=DocumentKind.FAQ
    )
    answer = ask(knowledge, "供热几号开始", draft(city, faq))
    assert answer.reply.status is AnswerStatus.ANSWERED_PASSAGE
    assert "十一月十五日" in said(answer)


def test_a_pin_that_leads_to_the_record_leads_to_its_draft(city: City, knowledge: KnowledgeBase) -> None:
    city.wordings.put_pins([Pin(question="停水了", document="water")])
    follow(knowledge)
    changed = Document(external_id="water", title="停水通知", text="停水通知。东区周六下午停水检修管道。")
    answer = ask(knowledge, "停水了", draft(city, changed))
    assert answer.pinned
    assert answer.is_draft
    assert "周六下午" in said(answer)


def test_what_is_to_hold_later_is_tried_as_if_it_held_and_nothing_else_is(
    city: City, knowledge: KnowledgeBase
) -> None:
    secret = Document(
        external_id="secret", title="供热补贴", text="供热补贴每户三百元。",
        effective_from=TODAY + timedelta(days=10),
    )  # fmt: skip
    city.put(secret)
    follow(knowledge)
    later = TODAY + timedelta(days=30)
    coming = Document(external_id="heat", title=NEW.title, text=NEW.text, effective_from=later)
    questions = [TrialQuestion(question=one) for one in ("西区供热室温不低于", "供热补贴每户多少")]
    reply = knowledge.try_out(TrialRequest(questions=questions, draft=draft(city, coming)))
    assert reply.day == TODAY
    assert reply.answers[0].answered_from == "heat"
    assert "三百元" not in reply.model_dump_json()


def test_what_the_draft_replaces_answers_no_more(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    newer = Document(external_id="heat", title=NEW.title, text=NEW.text, replaces=["water"])
    answer = ask(knowledge, "东区停水检修管道", draft(city, newer))
    assert answer.answered_from != "water"
    assert "water" not in [one.external_id for one in answer.candidates]
    assert ask(knowledge, "东区停水检修管道").answered_from == "water"


def test_what_holds_no_more_or_elsewhere_answers_nothing(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    gone = Document(
        external_id="heat", title=NEW.title, text=NEW.text, effective_to=TODAY - timedelta(days=1)
    )
    assert ask(knowledge, "西区供热室温不低于", draft(city, gone)).answered_from != "heat"
    there = Document(external_id="heat", title=NEW.title, text=NEW.text, region="510100")
    ref = draft(city, there)
    assert ask(knowledge, "西区供热室温不低于", ref, region="510104").answered_from == "heat"
    assert ask(knowledge, "西区供热室温不低于", ref, region="110101").answered_from != "heat"


def test_another_draft_than_the_one_seen_is_told(city: City, knowledge: KnowledgeBase) -> None:
    follow(knowledge)
    ref = draft(city, NEW)
    with pytest.raises(Conflict):
        ask(knowledge, "供热", ref.model_copy(update={"mark": "f" * 16}))
    with pytest.raises(Conflict):
        ask(knowledge, "供热", ref.model_copy(update={"external_id": "none"}))


def test_a_trial_that_fails_leaves_nothing_behind(
    city: City, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(knowledge)
    ref = draft(city, NEW)
    size = len(knowledge._replica.engine)

    def broken(*_: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("knowledge_base.answer.answerer.Answerer.run", broken)
    with pytest.raises(RuntimeError):
        ask(knowledge, "供热", ref)
    assert len(knowledge._replica.engine) == size
    assert knowledge._replica.engine._trials == set()
