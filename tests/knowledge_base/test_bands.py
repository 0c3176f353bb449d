"""What a threshold costs, by hand: the curve, its picture, and answers where there should be none."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from core.answering import AnswerStatus
from core.errors import BadInput
from knowledge_base.evaluation import DumpLine, Evaluated, Probe, Query
from knowledge_base.evaluation.curve import THRESHOLDS, Point, curve
from knowledge_base.evaluation.picture import draw
from knowledge_base.evaluation.refusals import refusals

SURE, BACK, NONE = AnswerStatus.ANSWERED_PASSAGE, AnswerStatus.CLARIFY, AnswerStatus.NO_ANSWER


def line(qid: str, status: AnswerStatus, confidence: float | None, *found: str) -> DumpLine:
    passages = [{"external_id": one, "text": "文"} for one in found]
    values = {"qid": qid, "passages": passages, "status": status, "text": "文", "confidence": confidence}
    return DumpLine.model_validate(values)


def lines(*rows: DumpLine) -> dict[str, DumpLine]:
    return {row.qid: row for row in rows}


QUERIES = [Query(qid=qid, question="问", answer="答", gold_docids=(f"{qid}-gold",)) for qid in "abcd"]
DUMP = lines(
    line("a", SURE, 0.9, "a-gold", "x"),
    line("b", SURE, 0.5, "x", "b-gold"),
    line("c", BACK, 0.2, "c-gold"),
    line("d", NONE, None),
)
HIDDEN = lines(line("a", SURE, 0.6, "x"), *(line(qid, NONE, 0.01, "x") for qid in "bcd"))


def test_the_curve_counts_what_each_threshold_lets_through() -> None:
    assert curve(QUERIES, DUMP, HIDDEN, [0.95, 0.9, 0.5, 0.2]) == [
        Point(0.95, 0.0, None, 0.0),
        Point(0.9, 0.25, 0.0, 0.0),
        Point(0.5, 0.5, 0.5, 0.25),
        Point(0.2, 0.75, 0.3333, 0.25),
    ]


def test_without_the_second_dump_there_is_no_second_curve() -> None:
    assert {point.hidden for point in curve(QUERIES, DUMP)} == {None}
    assert [point.threshold for point in curve(QUERIES, DUMP)] == list(THRESHOLDS)


@pytest.mark.parametrize(
    ("row", "at_0", "at_1"),
    [
        # Two guides too close to each other, a fixed answer, and somebody in danger.
        (line("a", BACK, 0.8, "a-gold"), 0.5, 0.0),
        (line("a", SURE, None, "a-gold"), 0.75, 0.25),
        (line("a", AnswerStatus.REFERRED_URGENT, 0.9, "a-gold"), 0.5, 0.0),
    ],
)
def test_what_no_threshold_decides_is_the_same_at_each(row: DumpLine, at_0: float, at_1: float) -> None:
    points = curve(QUERIES, DUMP | {"a": row}, thresholds=[0, 1])
    assert [point.coverage for point in points] == [at_0, at_1]


def test_a_dump_of_other_questions_is_refused() -> None:
    with pytest.raises(BadInput, match="qid d"):
        curve(QUERIES, {qid: row for qid, row in DUMP.items() if qid != "d"})
    with pytest.raises(BadInput, match="no question"):
        curve([], DUMP)


def texts(picture: str) -> list[str]:
    root = ElementTree.fromstring(picture)
    return [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_marks_the_threshold_in_force() -> None:
    now, *points = curve(QUERIES, DUMP, HIDDEN, [0.5, *THRESHOLDS])
    shown = texts(draw(points, now))
    assert {"阈值 threshold 0.5", "50.0%", "25.0%", "作答的比例 answered"} <= set(shown)
    assert sum("wrong among answered" in text or "gold hidden" in text for text in shown) == 2


def test_a_picture_is_drawn_of_one_dump_and_where_nothing_is_answered() -> None:
    now, *points = curve(QUERIES, DUMP, None, [1, *THRESHOLDS])
    assert not [text for text in texts(draw(points, now)) if "gold hidden" in text]
    assert texts(draw([now], now))


def test_refusals_are_counted_by_kind_and_what_is_answered_is_named() -> None:
    results = {
        "红烧肉": Evaluated("1", [("menu", "文")], SURE, "文", confidence=0.4),
        "讲个笑话": Evaluated("2", [], NONE, ""),
        "落户": Evaluated("3", [("x", "文")], BACK, "文", confidence=0.1),
    }
    probes = [
        Probe(qid=str(number), question=question, kind="government" if question == "落户" else "offtopic")
        for number, question in enumerate(results, 1)
    ]
    told = refusals(probes, lambda probe: results[probe.question]).as_json()
    assert list(told["kinds"]) == ["offtopic", "government"]
    off = told["kinds"]["offtopic"]
    assert (off["n"], off["answered"], off["clarified"]) == (2, 0.5, 0.0)
    assert off["intervals"]["answered"][0] < 0.5 < off["intervals"]["answered"][1]
    assert told["kinds"]["government"]["clarified"] == 1.0
    (wrong,) = told["answered"]
    assert wrong == {
        "qid": "1", "kind": "offtopic", "question": "红烧肉", "external_id": "menu", "confidence": 0.4,
    }  # fmt: skip
