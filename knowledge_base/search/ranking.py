"""Ranks what was found, each sort of record by itself, and merges the sorts by confidence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.search.confidence import confidence
from knowledge_base.search.fusion import Evidence, named_scores, text_scores
from knowledge_base.search.owners import Held, Sort
from knowledge_base.search.placed import Placed
from knowledge_base.search.reading import Asked
from knowledge_base.search.results import Signals
from knowledge_base.search.signals import signals_of

OWNERS = 20
_READ = 10
_ALIKE = 3
_SORTS: tuple[Sort, ...] = ("guide", "faq", "text")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A record in its place among all, with why it stands there."""

    placed: Placed
    signals: Signals
    confidence: float


def rank(held: Mapping[int, Held], evidence: Mapping[int, Evidence], asked: Asked) -> list[Ranked]:
    """At most twenty records, best first; of the first ten of each sort it can be told what to quote."""
    of_sort = {sort: [one for one in held.values() if one.sort == sort] for sort in _SORTS}
    guides = _ranked(of_sort["guide"], evidence, asked, "guide")
    # Of few FAQ one always leads: it has to say more than the guides, which say most of a matter.
    rival = max((one.placed.score for one in guides), default=0.0)
    asking = [*of_sort["faq"], *(one for one in of_sort["text"] if one.answers_questions)]
    faq = _ranked(asking, evidence, asked, "faq", rival)
    return _merged([guides, faq, _ranked(of_sort["text"], evidence, asked, "text")])[:OWNERS]


def _ranked(
    found: Sequence[Held], evidence: Mapping[int, Evidence], asked: Asked, sort: Sort, rival: float = 0.0
) -> list[Ranked]:
    of_sort = {one.number: evidence[one.number] for one in found}
    scores = text_scores(of_sort) if sort == "text" else named_scores(of_sort)
    order = sorted(found, key=lambda one: (-scores[one.number], one.number))[:OWNERS]
    placed = [
        Placed(one, _sort(one, sort), scores[one.number], of_sort[one.number], asked, is_read=place < _READ)
        for place, one in enumerate(order)
    ]
    ranked = [
        Ranked(one, why, confidence(why)) for one, why in zip(placed, signals_of(placed, rival), strict=True)
    ]
    if sort == "text":
        return ranked
    # Names alike in score are told apart by what else is known.
    return [*sorted(ranked[:_ALIKE], key=lambda one: -one.confidence), *ranked[_ALIKE:]]


def _sort(held: Held, among: Sort) -> Sort:
    return "question" if held.sort == "text" and among == "faq" else held.sort


def _merged(sorts: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """The sorts in one order: the likeliest next one of them first, none out of its sort's own order."""
    waiting = [list(reversed(ranked)) for ranked in sorts if ranked]
    merged: dict[int, Ranked] = {}
    while waiting:
        likeliest = max(waiting, key=lambda ranked: ranked[-1].confidence)
        one = likeliest.pop()
        # A text may come twice, for a question that it answers and for what it says.
        merged.setdefault(one.placed.held.number, one)
        waiting = [ranked for ranked in waiting if ranked]
    return list(merged.values())
