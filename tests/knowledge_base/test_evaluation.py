"""The figures of an evaluation, by hand and against the independent scorer."""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from core.answering import AnswerStatus
from core.errors import BadInput
from knowledge_base.evaluation import (
    DumpLine,
    Evaluated,
    Query,
    evaluate,
    figures,
    read_dump,
    read_queries,
    score,
    write_dump,
)
from knowledge_base.evaluation.intervals import bootstrap, wilson
from scripts.strict_skips import DATA

RESCORE = DATA.parent / "tools" / "rescore.py"


def found(status: AnswerStatus, *passages: tuple[str, str], text: str = "") -> Evaluated:
    return Evaluated("q", passages, status, text, 2.0)


QUERY = Query(qid="q", question="问", answer="答 案", gold_docids=("a", "b"))


def test_a_gold_document_in_second_place_counts_half() -> None:
    result = found(AnswerStatus.ANSWERED_PASSAGE, ("x", "别的"), ("b", "答案"), text="答案")
    figures = evaluate([QUERY], lambda _: result).as_json()
    assert figures["hit@1"] == 0
    assert figures["mrr@10"] == 0.5
    assert figures["answer@300"] == figures["shown@300"] == figures["wrong_among_answered"] == 1


def test_an_answer_split_over_two_passages_does_not_count() -> None:
    result = found(AnswerStatus.CLARIFY, ("a", "答"), ("a", "案"))
    figures = evaluate([QUERY], lambda _: result).as_json()
    assert (figures["answer@600"], figures["clarified"], figures["wrong_among_answered"]) == (0, 1, None)


def test_an_answer_beyond_the_limit_does_not_count() -> None:
    result = found(AnswerStatus.ANSWERED_PASSAGE, ("a", "字 " * 299), ("a", "答案"))
    figures = evaluate([QUERY], lambda _: result).as_json()
    assert (figures["answer@300"], figures["answer@600"]) == (0, 1)


@pytest.mark.parametrize(
    ("hits", "n", "interval"),
    [(8, 10, (0.4902, 0.9433)), (0, 150, (0.0, 0.025)), (50, 50, (0.9287, 1.0)), (0, 0, None)],
)
def test_intervals_of_shares_are_wilsons(hits: int, n: int, interval: tuple[float, float] | None) -> None:
    assert wilson(hits, n) == interval


def test_intervals_of_other_means_surround_them_and_stay_the_same() -> None:
    values = [1.0, 0.5, 0.0, 1.0] * 25
    low, high = bootstrap(values) or (0, 0)
    assert 0.52 < low < 0.625 < high < 0.73
    assert bootstrap(values) == (low, high)
    assert bootstrap([]) is None


def test_every_share_has_an_interval_around_it() -> None:
    right = found(AnswerStatus.ANSWERED_PASSAGE, ("a", "答案"), text="答案")
    wrong = found(AnswerStatus.ANSWERED_PASSAGE, ("x", "别的"))
    told = figures([score(QUERY, one) for one in (right, right, wrong)], [1.0]).as_json()
    intervals = told.pop("intervals")
    assert set(told) - set(intervals) == {"n", "p50_ms", "p95_ms"}
    assert all(low <= told[name] <= high for name, (low, high) in intervals.items())
    assert intervals["wrong_among_answered"] == wilson(1, 3)


def test_of_nothing_answered_there_is_no_interval_of_the_wrong() -> None:
    intervals = evaluate([QUERY], lambda _: found(AnswerStatus.NO_ANSWER)).as_json()["intervals"]
    assert (intervals["answered"], intervals["wrong_among_answered"]) == (wilson(0, 1), None)


def test_a_dump_read_again_scores_alike(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    sure = Evaluated("q", [("a", "答案")], AnswerStatus.ANSWERED_PASSAGE, "答案", confidence=0.1 + 0.2)
    write_dump(path, [sure, Evaluated("r", [], AnswerStatus.NO_ANSWER, "")])
    line, nothing = read_dump(path).values()
    assert (line.confidence, nothing.confidence) == (0.1 + 0.2, None)
    again = Evaluated(
        line.qid, [(one.external_id, one.text) for one in line.passages], line.status, line.text
    )
    assert score(QUERY, again) == score(QUERY, sure)


def test_a_dump_without_confidence_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    line = DumpLine(qid="q", passages=(), status=AnswerStatus.NO_ANSWER, text="", confidence=None)
    path.write_text(line.model_dump_json(exclude={"confidence"}), encoding="utf-8")
    with pytest.raises(BadInput, match=r"dump\.jsonl:1: confidence Field required"):
        read_dump(path)


LINE = '{"qid": "1", "question": "问", "answer": "答", "gold_docids": ["a"]}\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"qid": "1"}\n', r"queries\.jsonl:1: question"),
        (LINE.encode() + LINE.replace('"1"', '"2"').encode("gb18030"), r"queries\.jsonl:2: is not UTF-8"),
        (LINE.encode() + b"\n" + LINE.encode()[:-5], r"queries\.jsonl:3: Invalid JSON"),
        (LINE.encode("utf-16"), r"queries\.jsonl:1: "),
        (LINE.encode() + b"\n" + LINE.encode(), r"queries\.jsonl:3: qid 1 is given twice"),
        (LINE.replace("答", " \u3000").encode(), r"queries\.jsonl:1: answer "),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=told):
        read_queries(path)


def test_queries_are_read_with_or_without_a_bom(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text(LINE + LINE.replace('"1"', '"2"'), encoding="utf-8-sig")
    assert [query.qid for query in read_queries(path)] == ["1", "2"]


def _random_result(query: Query, dice: random.Random) -> Evaluated:
    docs = [f"d{dice.randrange(12)}" for _ in range(14)]
    texts = ["字" * dice.randrange(1, 320) + (query.answer if dice.random() < 0.3 else "") for _ in docs]
    return Evaluated(
        query.qid, list(zip(docs, texts, strict=True)), dice.choice(list(AnswerStatus)), texts[0]
    )


@pytest.mark.needs_data("../tools/rescore.py")
def test_figures_equal_those_of_the_independent_scorer(tmp_path: Path) -> None:
    dice = random.Random(7)
    queries = [
        Query(
            qid=str(n),
            question="问",
            answer=f"答 案{n}" * dice.randrange(1, 60),
            gold_docids=(f"d{n % 12}", "d3"),
        )
        for n in range(60)
    ]
    results = {query.qid: _random_result(query, dice) for query in queries}
    ours = evaluate(queries, lambda query: results[query.qid]).as_json()
    asked, dump = tmp_path / "q.jsonl", tmp_path / "d.jsonl"
    asked.write_text("\n".join(query.model_dump_json() for query in queries), encoding="utf-8")
    write_dump(dump, results.values())
    command = [sys.executable, str(RESCORE), str(asked), str(dump)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = ast.literal_eval(printed[printed.index("{") : printed.index("}") + 1])
    theirs.pop("wrong")
    assert {name: ours[name] for name in theirs} == theirs
    assert len(dump.read_text(encoding="utf-8").splitlines()) == len(queries)
    assert json.loads(dump.read_text(encoding="utf-8").splitlines()[0])["qid"] == "0"
