"""How good the answers are on annotated questions: ranking, answers within N characters, refusals. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from core.answering import AnswerStatus
from core.errors import BadInput

_RANKS = 10
_ANSWER_CHARACTERS = 200
_SURE = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE)


class Query(BaseModel):
    """A line of the questions' file; gold documents are external ids."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    qid: str
    question: Annotated[str, Field(min_length=1)]
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    gold_docids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was found for a query.

    Attributes:
        passages: External id and text in rank order, those of the document answered from first.
        text: What is read from the best document, whatever the status.
        took_ms: How long the answer took.
    """

    qid: str
    passages: Sequence[tuple[str, str]]
    status: AnswerStatus
    text: str
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one query."""

    hit: float
    reciprocal_rank: float
    ndcg: float
    answer_300: float
    answer_600: float
    shown_300: float
    answered: bool
    clarified: bool
    wrong: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over all queries, rounded to four places; times in milliseconds."""

    values: Mapping[str, float | None]

    def as_json(self) -> dict[str, float | None]:
        """The figures as one JSON object."""
        return dict(self.values)


def read_queries(path: Path) -> list[Query]:
    """The queries of a JSON lines file.

    Raises:
        BadInput: A line is no query, or its qid is given already; the detail names file and line.
    """
    queries: dict[str, Query] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                query = _query(line, f"{path}:{number}")
                if query.qid in queries:
                    raise BadInput(f"{path}:{number}: qid {query.qid} is given twice")
                queries[query.qid] = query
    return list(queries.values())


def _query(line: bytes, place: str) -> Query:
    try:
        return Query.model_validate_json(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(f"{place}: is not UTF-8. 文件应为 UTF-8 编码。") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{place}: {where} {first['msg']}".replace("  ", " ")) from None


def evaluate(queries: Iterable[Query], ask: Callable[[Query], Evaluated]) -> Figures:
    """Asks every query and measures what comes back."""
    found = [(query, ask(query)) for query in queries]
    return figures([score(*pair) for pair in found], [one.took_ms for _, one in found])


def write_dump(path: Path, results: Iterable[Evaluated]) -> None:
    """One line per query, from which another program can measure again."""
    path.write_text("".join(f"{dump_line(found)}\n" for found in results), encoding="utf-8")


def score(query: Query, found: Evaluated) -> Score:
    """The measures of one query; gold are all duplicates of the annotated document."""
    gold = set(query.gold_docids)
    order = list(dict.fromkeys(external_id for external_id, _ in found.passages))[:_RANKS]
    ranks = [rank for rank, external_id in enumerate(order) if external_id in gold]
    answer = bare(query.answer)[:_ANSWER_CHARACTERS]
    texts = [text for _, text in found.passages]
    sure = found.status in _SURE
    return Score(
        hit=float(bool(ranks) and ranks[0] == 0),
        reciprocal_rank=1 / (ranks[0] + 1) if ranks else 0.0,
        ndcg=_ndcg(ranks, len(gold)),
        answer_300=float(_contained(answer, texts, 300)),
        answer_600=float(_contained(answer, texts, 600)),
        shown_300=float(answer in bare(found.text)[:300]),
        answered=sure,
        clarified=found.status is AnswerStatus.CLARIFY,
        wrong=sure and (not order or order[0] not in gold),
    )


def figures(scores: Sequence[Score], times_ms: Sequence[float]) -> Figures:
    """Means of the scores and percentiles of the times; of no query, all are 0."""
    n = len(scores)
    answered = sum(one.answered for one in scores)
    means = {
        "hit@1": sum(one.hit for one in scores),
        "mrr@10": sum(one.reciprocal_rank for one in scores),
        "ndcg@10": sum(one.ndcg for one in scores),
        "answer@300": sum(one.answer_300 for one in scores),
        "answer@600": sum(one.answer_600 for one in scores),
        "shown@300": sum(one.shown_300 for one in scores),
        "answered": float(answered),
        "clarified": float(sum(one.clarified for one in scores)),
    }
    values: dict[str, float | None] = {
        name: round(total / n, 4) if n else 0.0 for name, total in means.items()
    }
    wrong = sum(one.wrong for one in scores)
    values["n"] = n
    values["wrong_among_answered"] = round(wrong / answered, 4) if answered else None
    for name, share in (("p50_ms", 50), ("p95_ms", 95)):
        values[name] = round(float(np.percentile(times_ms, share)), 2) if len(times_ms) else None
    return Figures(values)


def dump_line(found: Evaluated) -> str:
    """One line of the dump."""
    passages = [{"external_id": external_id, "text": text} for external_id, text in found.passages]
    line = {"qid": found.qid, "passages": passages, "status": found.status.value, "text": found.text}
    return json.dumps(line, ensure_ascii=False)


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
