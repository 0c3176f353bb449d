"""First and last days act by themselves: nobody publishes, withdraws or restarts anything at midnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from core.catalogue.models import Document
from core.clock import FixedClock
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import AnswerPart, AnswerRequest
from knowledge_base.embedding.memory import HashEmbedder
from tests.knowledge_base.conftest import City, follow, found

# One minute before midnight in the city, which is in the afternoon in UTC.
EVE = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
DAY = date(2026, 3, 2)
OLD = Document(
    external_id="old", title="供热补贴办法", text="供热补贴办法。供热补贴每户三百元。", effective_to=DAY
)
NEW = Document(
    external_id="new", title="供热补贴办法", text="供热补贴办法。供热补贴每户五百元。",
    effective_from=DAY + timedelta(days=1),
)  # fmt: skip


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(EVE)


@pytest.fixture
def knowledge(city: City, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[KnowledgeBase]:
    monkeypatch.setattr("knowledge_base.search.ranking.confidence", lambda signals: signals.covered)
    city.put(OLD, NEW)
    opened = KnowledgeBase(city.database, HashEmbedder(), clock, "12345", follow=True)
    yield opened
    opened.close()


def said(knowledge: KnowledgeBase) -> str:
    parts = knowledge.answer(AnswerRequest(question="供热补贴每户多少元")).parts
    return "".join(part.text for part in parts if isinstance(part, AnswerPart))


def test_at_midnight_of_the_city_the_new_rule_takes_the_place_of_the_old_one(
    knowledge: KnowledgeBase, clock: FixedClock
) -> None:
    follow(knowledge)
    assert "三百元" in said(knowledge)
    assert "五百元" not in said(knowledge)
    assert "new" not in found(knowledge, "供热补贴")
    revision = knowledge.state().revision
    clock.move_to(EVE + timedelta(minutes=2))
    assert "五百元" in said(knowledge)
    assert "三百元" not in said(knowledge)
    assert "old" not in found(knowledge, "供热补贴")
    # And back, as where a machine's clock is set right.
    clock.move_to(EVE)
    assert "三百元" in said(knowledge)
    assert knowledge.state().revision == revision


def test_what_replaces_a_document_from_a_later_day_leaves_no_gap(
    city: City, knowledge: KnowledgeBase, clock: FixedClock
) -> None:
    city.put(
        Document(external_id="card2", title="门诊补助办法", text="门诊补助办法。门诊补助每次十元。"),
        Document(
            external_id="card3", title="门诊补助办法", text="门诊补助办法。门诊补助每次二十元。",
            effective_from=DAY + timedelta(days=1), replaces=["card2"],
        ),
    )  # fmt: skip
    follow(knowledge)

    def answer() -> str:
        parts = knowledge.answer(AnswerRequest(question="门诊补助每次多少元")).parts
        return "".join(part.text for part in parts if isinstance(part, AnswerPart))

    assert "每次十元" in answer()
    clock.move_to(EVE + timedelta(minutes=2))
    assert "每次二十元" in answer()
    assert "每次十元" not in answer()
