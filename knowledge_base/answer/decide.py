"""Whether to answer, to ask back or to refuse, by the confidence of what was found. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge_base.answer.ports import Candidate

LEAST_CHOICES = 2
# Of 296 everyday questions for a guide no text says so much more; of those for a text two in three are.
CLEARLY_MORE = 0.01
# A FAQ whose question is so much nearer than the guide's names asks just that.
CLEARLY_NEARER = 0.02
MAX_CHOICES = 3
MAX_NEAREST = 3
# Less likely ones have nothing to do with the question, and neither has their agency.
NEAREST = 0.02


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence (0 to 1) from which on a candidate is answered with, or offered as a choice.

    `tie` is the least lead over a second service item of another name that makes an answer of the first.
    """

    answer: float = 0.35
    clarify: float = 0.04
    tie: float = 0.05

    def __post_init__(self) -> None:
        if not 0 <= self.clarify <= self.answer <= 1:
            raise ValueError("thresholds must satisfy 0 <= clarify <= answer <= 1")


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do: `answer` with the first candidate, `clarify` among them, or `refuse` near them.

    `beside` is quoted as well: where a guide answers a question that asks for none of its fields, another
    record often says it to the point.
    """

    act: Literal["answer", "clarify", "refuse"]
    candidates: Sequence[Candidate]
    beside: Candidate | None = None


def decide(candidates: Sequence[Candidate], asks_aspect: bool, thresholds: Thresholds) -> Decision:
    """Candidates come best first; `asks_aspect` says that the question asks for a field of a guide."""
    sure = [candidate for candidate in candidates if candidate.confidence >= thresholds.answer]
    least = min(NEAREST, thresholds.clarify)
    near = _distinct([candidate for candidate in candidates if candidate.confidence >= least])
    if asks_aspect:
        # Only a guide has fields.
        near.sort(key=lambda candidate: (candidate.confidence < thresholds.clarify, not _is_guide(candidate)))
    if sure and not (asks_aspect and _guide_is_meant(sure, near, thresholds)):
        return _among_sure(sure, asks_aspect, thresholds)
    close = sum(candidate.confidence >= thresholds.clarify for candidate in near)
    if close:
        # One title alone is hardly a choice: the next likely one stands beside it, if there is one.
        return Decision("clarify", near[: min(max(close, LEAST_CHOICES), MAX_CHOICES)])
    return Decision("refuse", near[:MAX_NEAREST])


def _is_guide(candidate: Candidate) -> bool:
    return candidate.target.kind == "item"


def _guide_is_meant(sure: Sequence[Candidate], near: Sequence[Candidate], thresholds: Thresholds) -> bool:
    """Whether only texts are sure, but a guide may be meant that says as much of the question."""
    if any(_is_guide(candidate) for candidate in sure):
        return False
    guide = next((one for one in near if _is_guide(one) and one.confidence >= thresholds.clarify), None)
    if guide is None:
        return False
    if sure[0].is_text:
        return sure[0].says <= guide.says + CLEARLY_MORE
    return sure[0].score <= guide.score + CLEARLY_MORE


def _among_sure(sure: Sequence[Candidate], asks_aspect: bool, thresholds: Thresholds) -> Decision:
    items = [candidate for candidate in sure if _is_guide(candidate)]
    # "What material" is answered by a guide even where a policy text ranks before it.
    best = _nearer(sure, _saying_more(sure, items[0] if items and asks_aspect else sure[0]))
    rivals = [
        item
        for item in items
        if item.title != best.title and best.confidence - item.confidence < thresholds.tie
    ]
    if _is_guide(best) and rivals:
        return Decision("clarify", _distinct([best, *rivals])[:MAX_CHOICES])
    others = [candidate for candidate in sure if candidate is not best]
    return Decision("answer", [best, *others], _surer(best, others) if asks_aspect else _beside(best, others))


def _beside(best: Candidate, others: Sequence[Candidate]) -> Candidate | None:
    """The document to quote beside a guide: a FAQ only where its question is as near as the guide's name."""
    if not _is_guide(best):
        return None
    documents = (one for one in others if not _is_guide(one))
    return next((one for one in documents if one.is_text or one.score > best.score - CLEARLY_NEARER), None)


def _surer(best: Candidate, others: Sequence[Candidate]) -> Candidate | None:
    """The document to quote beside the field that is asked for: as near, and likelier to hold the answer."""
    if not _is_guide(best):
        return None
    documents = (one for one in others if not _is_guide(one) and not one.is_text)
    surer = (
        one
        for one in documents
        if one.score > best.score - CLEARLY_MORE and one.confidence >= best.confidence
    )
    return max(surer, key=lambda one: one.score, default=None)


def _nearer(sure: Sequence[Candidate], first: Candidate) -> Candidate:
    """A FAQ, or a text by a question it answers, that is clearly nearer than the guide's names."""
    if not _is_guide(first):
        return first
    faq = (one for one in sure if not _is_guide(one) and not one.is_text)
    return next((one for one in faq if one.score > first.score + CLEARLY_NEARER), first)


def _saying_more(sure: Sequence[Candidate], first: Candidate) -> Candidate:
    """A text that says clearly more of the question than the guide, which may share but a place with it."""
    if not _is_guide(first):
        return first
    texts = (candidate for candidate in sure if candidate.is_text)
    return next((text for text in texts if text.says > first.says + CLEARLY_MORE), first)


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate for each title: two equal titles are no choice."""
    return list({candidate.title: candidate for candidate in reversed(candidates)}.values())[::-1]
