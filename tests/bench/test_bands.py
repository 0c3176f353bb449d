"""What the acceptance run of the bands makes of replies: figures like the base's, and where they part."""

from __future__ import annotations

from typing import Any

import pytest

from bench.assistant import Heard
from bench.bands import differences, judged, of_base, of_citizens, of_refusals
from bench.running import missed
from core.answering import AnswerStatus
from knowledge_base.evaluation import DumpLine, Probe, Query

QUERIES = [Query(qid=qid, question=f"问{qid}", answer="答 案", gold_docids=(f"{qid}-gold",)) for qid in "ab"]


def dumped(qid: str, status: AnswerStatus, external_id: str) -> DumpLine:
    passages = [{"external_id": external_id, "text": "答案"}]
    values = {"qid": qid, "passages": passages, "status": status, "text": "答案", "confidence": 0.5}
    return DumpLine.model_validate(values)


def heard(status: AnswerStatus, external_id: str | None = None, intent: str | None = "ask") -> Heard:
    answer = {"kind": "answer", "text": "答案", "citations": [{"external_id": external_id}]}
    text = {"kind": "text", "text": "答案"}
    return Heard(status.value, [answer if external_id else text], intent)


PASSAGE, CLARIFY, CANNED = (
    AnswerStatus.ANSWERED_PASSAGE,
    AnswerStatus.CLARIFY,
    AnswerStatus.ANSWERED_CANNED,
)
LINES = {"a": dumped("a", PASSAGE, "a-gold"), "b": dumped("b", CLARIFY, "b-gold")}
ALIKE = [heard(PASSAGE, "a-gold"), heard(CLARIFY)]


def test_replies_like_the_bases_have_its_figures() -> None:
    citizens, base = of_citizens(QUERIES, ALIKE), of_base(QUERIES, LINES)
    assert citizens == base
    assert (citizens["answered"], citizens["clarified"], citizens["shown@300"]) == (0.5, 0.5, 0.5)
    assert citizens["wrong_among_answered"] == 0.0
    assert differences(QUERIES, LINES, ALIKE) == []


@pytest.mark.parametrize(
    "other",
    [heard(CANNED, intent="small_talk"), heard(PASSAGE, "x"), heard(CLARIFY)],
)
def test_what_ends_otherwise_is_named_with_its_intent(other: Heard) -> None:
    (apart,) = differences(QUERIES, LINES, [other, ALIKE[1]])
    assert apart == {
        "question": "问a",
        "status": other.status,
        "intent": other.intent,
        "status_of_the_base": "answered_passage",
    }


def test_the_first_citation_decides_what_is_wrong() -> None:
    assert of_citizens(QUERIES, [heard(PASSAGE, "x"), ALIKE[1]])["wrong_among_answered"] == 1.0


def told(answered: float, off: float) -> dict[str, Any]:
    """A result whose citizens are answered so often; the base answers .9, and none of what it lacks."""
    figures = {"answered": answered, "clarified": 0.1, "wrong_among_answered": 0.05, "shown@300": 0.7}
    kinds = {"offtopic": {"answered": off}, "government": {"answered": 0.0}}
    return {
        "figures": figures,
        "figures_of_the_base": figures | {"answered": 0.9},
        "refusals": {"kinds": kinds},
        "refusals_of_the_base": {kind: {"answered": 0.0} for kind in kinds},
    }


def test_a_result_is_judged_by_its_bounds_and_by_the_base() -> None:
    assert judged(told(0.88, 0.02)) == []
    assert judged(told(0.87, 0.0)) == ["apart from the base: answered 0.03 > 0.02"]
    assert judged(told(0.9, 0.03)) == [
        "offtopic: answered 0.03 > 0.02",
        "apart from the base: offtopic answered 0.03 > 0.02",
    ]


def test_a_figure_that_could_not_be_measured_keeps_no_bound() -> None:
    assert missed({"x": None, "y": 0.5}, {"x": 0.1, "y": 0.5}, {"y": 0.5}) == ["x None < 0.1"]


def test_refusals_tell_how_the_others_ended() -> None:
    probes = [Probe(question=name, kind="offtopic") for name in "甲乙丙"]
    replies = [heard(PASSAGE, "x"), heard(CANNED), heard(CANNED)]
    told = of_refusals(probes, replies)
    assert told["kinds"]["offtopic"]["statuses"] == {"answered_canned": 2, "answered_passage": 1}
    assert [one["question"] for one in told["answered"]] == ["甲"]
