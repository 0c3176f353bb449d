"""What each threshold costs, from dumps alone: how much is answered, and how much of it wrongly. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from core.answering import AnswerStatus
from core.errors import BadInput
from knowledge_base.evaluation.figures import SURE
from knowledge_base.evaluation.lines import DumpLine, Query

THRESHOLDS = tuple(step / 100 for step in range(101))
_BANDS = (*SURE, AnswerStatus.CLARIFY, AnswerStatus.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Point:
    """What happens at one threshold.

    Attributes:
        coverage: Share of the questions that is answered.
        risk: Share of a wrong document among the answered; none where nothing is answered.
        hidden: Share that is answered with each question's own documents hidden, where that was dumped.
    """

    threshold: float
    coverage: float
    risk: float | None
    hidden: float | None = None


def curve(
    queries: Collection[Query],
    dump: Mapping[str, DumpLine],
    hidden: Mapping[str, DumpLine] | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
) -> list[Point]:
    """One point for each threshold, in the order given.

    Raises:
        BadInput: A query is not in a dump, or there is none.
    """
    if not queries:
        raise BadInput("no question to draw a curve of. 没有问题，无法作图。")
    lines = _lines(queries, dump)
    wrong = [_is_wrong(query, line) for query, line in zip(queries, lines, strict=True)]
    confidence = [_answers_from(line, _least(lines)) for line in lines]
    without: list[float] = []
    if hidden is not None:
        lines = _lines(queries, hidden)
        without = [_answers_from(line, _least(lines)) for line in lines]
    return [_point(threshold, confidence, wrong, without) for threshold in thresholds]


def _point(
    threshold: float, confidence: Sequence[float], wrong: Sequence[bool], without: Sequence[float]
) -> Point:
    answered = [value >= threshold for value in confidence]
    misled = sum(bad for bad, sure in zip(wrong, answered, strict=True) if sure)
    n = sum(answered)
    return Point(
        threshold,
        coverage=round(n / len(confidence), 4),
        risk=round(misled / n, 4) if n else None,
        hidden=round(sum(value >= threshold for value in without) / len(without), 4) if without else None,
    )


def _lines(queries: Collection[Query], dump: Mapping[str, DumpLine]) -> list[DumpLine]:
    missing = [query.qid for query in queries if query.qid not in dump]
    if missing:
        raise BadInput(f"the dump has no line of qid {missing[0]}. 结果文件缺少该问题。")
    return [dump[query.qid] for query in queries]


def _is_wrong(query: Query, line: DumpLine) -> bool:
    return not line.passages or line.passages[0].external_id not in query.gold_docids


def _least(lines: Sequence[DumpLine]) -> float:
    """The lowest confidence that was answered with: a question back above it has another reason."""
    sure = (line.confidence for line in lines if line.status in SURE and line.confidence is not None)
    return min(sure, default=inf)


def _answers_from(line: DumpLine, least: float) -> float:
    """The highest threshold at which the question is answered; -inf for never, inf for always."""
    if line.confidence is None:
        # Fixed answers need no confidence.
        return inf if line.status in SURE else -inf
    asked_back = line.status is AnswerStatus.CLARIFY and line.confidence >= least
    return -inf if asked_back or line.status not in _BANDS else line.confidence
