"""The stretches of a record that are quoted for a question: windows, fields, or whole answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.catalogue.records import StoredPassage
from knowledge_base.embedding.port import Vectors
from knowledge_base.passages.chunk import FAQ, WHOLE
from knowledge_base.search.answer_type import tells
from knowledge_base.search.fusion import Evidence
from knowledge_base.search.layout import LIMIT
from knowledge_base.search.matters import Near
from knowledge_base.search.naming import Subject
from knowledge_base.search.owners import Held
from knowledge_base.search.pairs import Found, Sought
from knowledge_base.search.window import Words, best_windows

_WINDOWS = 3
_FIELDS = 3
# A field that tells such a figure as is asked for; .1 to 1 do alike.
_FIGURE = 0.3
# A list item is read with what introduces it.
_BEFORE = 2


@dataclass(frozen=True)
class Asked:
    """A question as records are compared with it.

    Attributes:
        subject: What it is about, as names are compared with it.
        grams, weights, sought: Its different bigrams without asking words, in order, what each is worth, and
            the form in which texts are looked through for them.
        vector, name_vector: Its vector, and that of it without years and district, to compare names with.
        places: Parts of the country that it names.
        years: Years that it names.
        today: The day on which it is asked.
        district: Code of the district that it names.
        records: The number of records that were searched.
        figures: What the figure that it asks for looks like in a text.
        matters: The public matters near it, which the base may hold nothing of.
    """

    subject: Subject
    vector: Vectors
    name_vector: Vectors
    grams: tuple[str, ...]
    weights: NDArray[np.float64]
    sought: Sought
    places: Collection[str]
    years: Collection[int]
    today: date
    district: str | None
    records: int
    figures: Sequence[re.Pattern[str]] = ()
    matters: Near | None = None

    def share(self, found: Found) -> float:
        """Weighted share of the bigrams that are found in a text."""
        return float(self.weights @ found) / self._total if self._total else 0.0

    def shares(self, found: Found) -> list[float]:
        """The same of several texts, whose findings have shape (texts, grams)."""
        shares: list[float] = (found @ self.weights / (self._total or 1.0)).tolist()
        return shares

    @cached_property
    def _total(self) -> float:
        return float(self.weights.sum())


@dataclass(frozen=True, slots=True)
class Reading:
    """A quotable stretch of a record, and the stored passage that holds most of it; `asked` as in results."""

    passage: StoredPassage
    start: int
    end: int
    text: str
    asked: float = 0.0


def readings(held: Held, asked: Asked, evidence: Evidence, by_question: bool = False) -> list[Reading]:
    """Up to three stretches of a record, best first.

    Args:
        evidence: What is known of the record.
        by_question: A text is meant by a question that it answers: the words around that answer.
    """
    if not held.owner.passages:
        return []
    answered_at = held.owner.answered_at
    answer = answered_at[evidence.nearest_name] if answered_at else None
    near = evidence.nearest_cosine
    if by_question and isinstance(answer, tuple):
        return [_around(held, answer, near)]
    cosines = np.asarray(held.owner.vectors @ asked.vector, dtype=np.float64)
    if held.sort != "text":
        return _fields(held, asked, cosines, answer if isinstance(answer, str) else None, near)
    if held.layout is None:
        return []
    words = Words(held.unit_pairs.hold(asked.sought), held.headings_hold(asked.sought), asked.weights)
    found = best_windows(held.layout, cosines, words, _WINDOWS)
    return [_window(held, held.units[one.first].start, held.units[one.last - 1].end) for one in found]


def _around(held: Held, answer: tuple[int, int], near: float) -> Reading:
    """The sentences that answer, with those before and after them as far as there is room."""
    units = held.units
    inside = [place for place, unit in enumerate(units) if unit.start < answer[1] and unit.end > answer[0]]
    first, last = inside[0], inside[-1]
    room = LIMIT - sum(unit.length for unit in units[first : last + 1])
    while first > 0 and units[first - 1].length <= room and inside[0] - first < _BEFORE:
        first -= 1
        room -= units[first].length
    while last + 1 < len(units) and units[last + 1].length <= room:
        last += 1
        room -= units[last].length
    return replace(_window(held, units[first].start, units[last].end), asked=near)


def _window(held: Held, start: int, end: int) -> Reading:
    spans = held.spans
    shared = np.minimum(spans[:, 1], end) - np.maximum(spans[:, 0], start)
    return Reading(held.owner.passages[int(shared.argmax())], start, end, held.owner.text[start:end])


def _fields(
    held: Held, asked: Asked, cosines: NDArray[np.float64], answer: str | None, near: float
) -> list[Reading]:
    """Fields of a guide (the whole last, it repeats them), or the one answer of a FAQ."""
    passages = held.owner.passages
    if len(passages) == 1:
        only = passages[0]
        return [Reading(only, only.start, only.end, only.text, near if only.field == answer else 0.0)]
    shares = asked.shares(held.passage_pairs.hold(asked.sought))
    scores = [
        share + 2 * float(cosine) + _FIGURE * tells(folded, asked.figures)
        for share, folded, cosine in zip(shares, held.folded_passages, cosines, strict=True)
    ]
    order = sorted(
        range(len(passages)),
        key=lambda place: (
            passages[place].field == WHOLE,
            passages[place].field != answer,
            -scores[place],
        ),
    )
    chosen: Sequence[StoredPassage] = [passages[place] for place in order]
    count = 1 if chosen[0].field == FAQ else _FIELDS
    return [Reading(p, p.start, p.end, p.text, near if p.field == answer else 0.0) for p in chosen[:count]]
