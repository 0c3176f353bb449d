"""What an evaluation is told of a question: the records in the order in which they answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.catalogue.models import Document
from core.catalogue.wording import Pin
from knowledge_base.application import KnowledgeBase
from knowledge_base.contract import AnswerPart, AnswerRequest, SearchRequest
from knowledge_base.evaluation import Evaluated, write_dump
from tests.knowledge_base.conftest import City, follow, found


def trust_texts(monkeypatch: pytest.MonkeyPatch, texts: float, guides: float) -> None:
    """Every record found gets the confidence of its sort."""
    monkeypatch.setattr(
        "knowledge_base.search.ranking.confidence",
        lambda signals: texts if signals.sort == "text" else guides,
    )


def dumped(knowledge: KnowledgeBase, folder: Path, question: str) -> dict[str, Any]:
    """The question's line in the dump of an evaluation."""
    found = knowledge.examine(question)
    write_dump(folder / "dump.jsonl", [Evaluated("q", found.passages, found.status, found.text)])
    line: dict[str, Any] = json.loads((folder / "dump.jsonl").read_text(encoding="utf-8"))
    return line


def test_a_guide_answered_from_is_dumped_before_a_policy_that_ranks_higher(
    city: City, knowledge: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both are sure enough; the question is for a field, which only a guide has.
    trust_texts(monkeypatch, 0.9, guides=0.8)
    monkeypatch.setattr("knowledge_base.answer.decide.CLEARLY_MORE", 1.0)
    policy = Document(external_id="policy", title="老年优待证材料", text="老年优待证需要什么材料由社区告知。")
    city.put(policy)
    follow(knowledge)
    question = "老年优待证需要什么材料"
    assert found(knowledge, question)[0] == "policy"
    (part, *_) = knowledge.answer(AnswerRequest(question=question)).parts
    assert isinstance(part, AnswerPart)
    assert part.citations[0].external_id == "card"
    line = dumped(knowledge, tmp_path, question)
    assert line["status"] == "answered_guide"
    assert line["passages"][0]["external_id"] == "card"
    assert "户口簿" in line["text"]
    assert "policy" in [passage["external_id"] for passage in line["passages"]]


WHERE = "停水通知在哪里看"


def test_passages_of_the_best_ranked_record_stay_in_rank_order(
    city: City, knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_texts(monkeypatch, 0.9, guides=0.8)
    for name in ("甲", "乙"):
        text = "".join(f"{name}区第{n}号小区停水检修，居民提前储水，恢复供水另行通知。" for n in range(60))
        city.put(Document(external_id=name, title=f"{name}区停水", text=text))
    follow(knowledge)
    hits = knowledge.search(SearchRequest(text="停水检修恢复供水", k=50)).hits
    ranked = [(hit.external_id, hit.text) for hit in hits]
    # The second passage of the first comes after the best one of the next.
    assert [name for name, _ in ranked[:3]] in (["甲", "乙", "甲"], ["乙", "甲", "乙"])
    assert knowledge.examine("停水检修恢复供水").passages == ranked


@pytest.mark.parametrize(
    ("pin", "answers"),
    [(Pin(question=WHERE, document="fund"), "fund"), (Pin(question=WHERE, item="card"), "card")],
)
def test_what_a_fixed_answer_leads_to_is_dumped_first(
    city: City, knowledge: KnowledgeBase, tmp_path: Path, pin: Pin, answers: str
) -> None:
    assert dumped(knowledge, tmp_path, WHERE)["passages"][0]["external_id"] == "water"
    city.wordings.put_pins([pin])
    line = dumped(knowledge, tmp_path, WHERE)
    assert line["status"].startswith("answered_")
    assert line["passages"][0]["external_id"] == answers
    assert "停水" not in line["text"]
    assert line["passages"][0]["text"].strip() in line["text"]


def test_a_question_without_an_answer_is_dumped_with_its_nearest(
    knowledge: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_texts(monkeypatch, 0.01, guides=0.0)
    line = dumped(knowledge, tmp_path, "停水通知")
    assert line["status"] == "no_answer"
    assert line["passages"][0]["external_id"] == "water"
    assert "停水" in line["text"]
