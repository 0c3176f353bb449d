"""The measures of annotated questions: ranking, answers within N characters, the three bands. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.answering import AnswerStatus
from knowledge_base.evaluation.intervals import Interval, bootstrap, wilson
from knowledge_base.evaluation.lines import Evaluated, Query

SURE = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE)
_RANKS = 10
_ANSWER_CHARACTERS = 200
_ORDER = (
    *("hit@1", "mrr@10", "ndcg@10", "answer@300", "answer@600", "shown@300"),
    *("answered", "clarified", "wrong_among_answered"),
)


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one query."""

    hit: bool
    reciprocal_rank: float
    ndcg: float
    answer_300: bool
    answer_600: bool
    shown_300: bool
    answered: bool
    clarified: bool
    wrong: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over all queries, rounded to four places; times in milliseconds.

    Attributes:
        intervals: 95 % interval of each figure that is a mean; none where it is a mean of nothing.
    """

    values: Mapping[str, float | None]
    intervals: Mapping[str, Interval | None]

    def as_json(self) -> dict[str, Any]:
        """The figures as one JSON object, their intervals under a key of their own."""
        return {**self.values, "intervals": dict(self.intervals)}


def evaluate(queries: Iterable[Query], ask: Callable[[Query], Evaluated]) -> Figures:
    """Asks every query and measures what comes back."""
    found = [(query, ask(query)) for query in queries]
    return figures([score(*pair) for pair in found], [one.took_ms for _, one in found])


def score(query: Query, found: Evaluated) -> Score:
    """The measures of one query; gold are all duplicates of the annotated document."""
    gold = set(query.gold_docids)
    order = list(dict.fromkeys(external_id for external_id, _ in found.passages))[:_RANKS]
    ranks = [rank for rank, external_id in enumerate(order) if external_id in gold]
    answer = bare(query.answer)[:_ANSWER_CHARACTERS]
    texts = [text for _, text in found.passages]
    sure = found.status in SURE
    return Score(
        hit=bool(ranks) and ranks[0] == 0,
        reciprocal_rank=1 / (ranks[0] + 1) if ranks else 0.0,
        ndcg=_ndcg(ranks, len(gold)),
        answer_300=_contained(answer, texts, 300),
        answer_600=_contained(answer, texts, 600),
        shown_300=answer in bare(found.text)[:300],
        answered=sure,
        clarified=found.status is AnswerStatus.CLARIFY,
        wrong=sure and (not order or order[0] not in gold),
    )


def figures(scores: Sequence[Score], times_ms: Sequence[float]) -> Figures:
    """Means of the scores and percentiles of the times; of no query, all are 0."""
    n = len(scores)
    shares = {
        "hit@1": sum(one.hit for one in scores),
        "answer@300": sum(one.answer_300 for one in scores),
        "answer@600": sum(one.answer_600 for one in scores),
        "shown@300": sum(one.shown_300 for one in scores),
        "answered": sum(one.answered for one in scores),
        "clarified": sum(one.clarified for one in scores),
    }
    means = {
        "mrr@10": [one.reciprocal_rank for one in scores],
        "ndcg@10": [one.ndcg for one in scores],
    }
    totals = shares | {name: sum(values) for name, values in means.items()}
    values: dict[str, float | None] = {
        name: round(totals[name] / n, 4) if n else 0.0 for name in _ORDER if name in totals
    }
    wrong, answered = sum(one.wrong for one in scores), shares["answered"]
    values["n"] = n
    values["wrong_among_answered"] = round(wrong / answered, 4) if answered else None
    for name, share in (("p50_ms", 50), ("p95_ms", 95)):
        values[name] = round(float(np.percentile(times_ms, share)), 2) if len(times_ms) else None
    intervals = {name: wilson(hits, n) for name, hits in shares.items()}
    intervals |= {name: bootstrap(measured) for name, measured in means.items()}
    intervals["wrong_among_answered"] = wilson(wrong, answered)
    return Figures(values, {name: intervals[name] for name in _ORDER})


def bare(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def _contained(answer: str, texts: Iterable[str], limit: int) -> bool:
    room = limit
    for text in texts:
        piece = bare(text)[:room]
        if answer in piece:
            return True
        room -= len(piece)
        if room <= 0:
            return False
    return False


def _ndcg(ranks: Sequence[int], golds: int) -> float:
    if not ranks:
        return 0.0
    best = sum(1 / math.log2(rank + 2) for rank in range(min(golds, _RANKS)))
    return sum(1 / math.log2(rank + 2) for rank in ranks) / best
