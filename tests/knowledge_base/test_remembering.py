"""What is searched for twice is searched for once, and never in an older state of the index."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from core.catalogue.models import Document
from knowledge_base.adapters import FinderAdapter
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import AnswerRequest
from knowledge_base.remembering import Remembering
from knowledge_base.search.engine import SearchEngine
from tests.knowledge_base.conftest import TODAY, City, follow


def test_who_asks_meanwhile_waits_for_the_one_value() -> None:
    made, go = [], threading.Event()

    def make() -> int:
        made.append(1)
        assert go.wait(5)
        return 7

    remembering: Remembering[int] = Remembering(4)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(remembering.get, "question", make) for _ in range(4)]
        go.set()
        assert [one.result(5) for one in asked] == [7] * 4
    assert made == [1]


def test_a_failure_is_told_and_forgotten() -> None:
    remembering: Remembering[int] = Remembering(4)

    def fails() -> int:
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        remembering.get("question", fails)
    assert remembering.get("question", lambda: 1) == 1


def test_the_least_recently_asked_goes_first() -> None:
    remembering: Remembering[str] = Remembering(2)
    for key in ("a", "b", "a", "c"):
        remembering.get(key, lambda key=key: key)  # type: ignore[misc]
    assert remembering.get("a", lambda: "anew") == "a"
    assert remembering.get("b", lambda: "anew") == "anew"


def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that are really searched for from now on."""
    searched: list[str] = []
    search = SearchEngine.search

    def watched(self: SearchEngine, question: str, **options: Any) -> Any:
        searched.append(question)
        return search(self, question, **options)

    monkeypatch.setattr(SearchEngine, "search", watched)
    return searched


def test_a_question_is_searched_for_once_until_the_index_changes(
    city: City, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = searches(monkeypatch)
    question = AnswerRequest(question="停水通知")
    knowledge.look_ahead(question)
    knowledge.answer(question)
    assert len(searched) == 1
    city.put(Document(external_id="gas", title="停水停气通知", text="停水停气通知。西区停水停气。"))
    follow(knowledge)
    knowledge.answer(question)
    assert len(searched) == 2


def test_what_is_remembered_keeps_no_old_index_alive(city: City) -> None:
    replica = city.replica()
    replica.sync()
    finder = FinderAdapter(lambda: replica.engine)
    finder.find("停水通知", matter=None, region=None, today=TODAY, as_of=TODAY)
    old = weakref.ref(replica.engine)
    city.set_state(epoch="another")
    replica.sync()
    gc.collect()
    assert old() is None


def test_another_region_is_another_search(knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = searches(monkeypatch)
    knowledge.answer(AnswerRequest(question="停水通知"))
    knowledge.answer(AnswerRequest(question="停水通知", region="990101"))
    assert len(searched) == 2


def test_what_was_withdrawn_is_not_shown_from_memory(city: City, knowledge: KnowledgeBase) -> None:
    question = AnswerRequest(question="停水通知")
    knowledge.answer(question)
    city.writes.withdraw("document", "water")
    assert "东区周五上午停水" not in knowledge.answer(question).model_dump_json()
