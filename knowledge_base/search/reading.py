"""The stretches of a record that are quoted for a question: windows, fields, or whole answers. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.catalogue.records import StoredPassage
from knowledge_base.embedding.port import Vectors
from knowledge_base.passages.chunk import FAQ, WHOLE
from knowledge_base.search.owners import Held
from knowledge_base.search.window import Question, best_windows

_WINDOWS = 3
_FIELDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """The question without asking words, its different bigrams in order, and their worth.

    Attributes:
        vector, name_vector: Its vector, and that of it without years and district, to compare names with.
        places: Parts of the country that it names.
        years: Years that it names.
        today: The day on which it is asked.
        district: Code of the district that it names.
        records: The number of records that were searched.
    """

    words: str
    vector: Vectors
    name_vector: Vectors
    grams: tuple[str, ...]
    weights: NDArray[np.float64]
    places: Collection[str]
    years: Collection[int]
    today: date
    district: str | None
    records: int

    def share_in(self, folded: str) -> float:
        """Weighted share of the bigrams that a folded text holds."""
        total = float(self.weights.sum())
        found = sum(float(w) for gram, w in zip(self.grams, self.weights, strict=True) if gram in folded)
        return found / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A quotable stretch of a record and the stored passage that holds most of it."""

    passage: StoredPassage
    start: int
    end: int
    text: str


def readings(held: Held, asked: Asked) -> list[Reading]:
    """Up to three stretches of a record, best first."""
    if not held.owner.passages:
        return []
    cosines = np.asarray(held.owner.vectors @ asked.vector, dtype=np.float64)
    if held.sort != "text":
        return _fields(held, asked, cosines)
    question = Question(asked.grams, asked.weights)
    found = best_windows(question, held.units, held.spans, cosines, _WINDOWS)
    return [_window(held, held.units[one.first].start, held.units[one.last - 1].end) for one in found]


def _window(held: Held, start: int, end: int) -> Reading:
    spans = held.spans
    shared = np.minimum(spans[:, 1], end) - np.maximum(spans[:, 0], start)
    return Reading(held.owner.passages[int(shared.argmax())], start, end, held.owner.text[start:end])


def _fields(held: Held, asked: Asked, cosines: NDArray[np.float64]) -> list[Reading]:
    """Fields of a guide (the whole last, it repeats them), or the one answer of a FAQ."""
    passages = held.owner.passages
    scores = [
        asked.share_in(folded) + 2 * float(cosine)
        for folded, cosine in zip(held.folded_passages, cosines, strict=True)
    ]
    order = sorted(range(len(passages)), key=lambda place: (passages[place].field == WHOLE, -scores[place]))
    chosen: Sequence[StoredPassage] = [passages[place] for place in order]
    count = 1 if chosen[0].field == FAQ else _FIELDS
    return [Reading(p, p.start, p.end, p.text) for p in chosen[:count]]
