"""What a search gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.catalogue.keys import RecordKey


@dataclass(frozen=True, slots=True)
class Signals:
    """Why an owner was found: what the confidence is read from.

    Attributes:
        cosine: Best cosine of its passages with the question.
        record_score: BM25 of the whole record per question bigram, over the logarithm of the base's size.
        lead: Fused score less that of the best rival (negative for all but the first), at most .3.
        covered: Share of the question's bigrams, weighted by rarity, found in the record.
        name_match: How nearly one of its names is what the question names, 0 to 1.
        place_absent: 1 where the question names a place that the record does not, else 0.
        named: A guide or a FAQ, which a question means by its name; else a long text.
    """

    cosine: float
    record_score: float
    lead: float
    covered: float
    name_match: float
    place_absent: float
    named: bool


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A stretch to quote. `passage_id` is the stored passage that holds most of it.

    Of a guide it is a field, of a FAQ the answer, of any other text a window of whole sentences that may span
    two stored passages: `start` and `end` say where it stands in the record's text.
    """

    passage_id: int
    key: RecordKey
    field: str
    heading: str
    text: str
    score: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class RankedOwner:
    """A record that may hold the answer."""

    key: RecordKey
    external_id: str
    title: str
    agency: str | None
    score: float
    signals: Signals


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages and records, best first; the first passage is the best one of the first record."""

    passages: Sequence[RankedPassage]
    owners: Sequence[RankedOwner]
