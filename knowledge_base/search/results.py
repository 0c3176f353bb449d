"""What a search tells of each record and each passage."""

from __future__ import annotations

from dataclasses import dataclass, fields

from core.catalogue.keys import RecordKey
from knowledge_base.search.owners import Sort


@dataclass(frozen=True, slots=True)
class Signals:
    """Why an owner was found: what the confidence is read from.

    Attributes:
        sort: A guide, a FAQ or a text whose question it is, which a question means by its name, or a text.
        cosine: Best cosine of its passages with the question.
        record_score: BM25 of the whole record per question bigram, over the logarithm of the base's size.
        lead: Score less that of the best rival of its sort, of a FAQ also of the guides (negative for all but
            the first), at most .3 of a text and .06 of a guide or a FAQ.
        covered: Share of the question's bigrams, weighted by rarity, found in the record.
        name_match: How nearly one of its names is what the question names in words, 0 to 1.
        name_cosine: How near the question is to its names in meaning, the nearest ones and their centre; 0
            for a long text of which no questions are known.
        nearness: How near its nearest name alone is; of guides, FAQ and known questions on one scale.
        matter_lead: How much nearer its names are than any public matter that they do not mean; 0 where
            none is known.
        place_absent: 1 where the question names a place that the record does not, else 0.
        other_year: 1 where the question names a year and the record is about others, else 0.
    """

    sort: Sort
    cosine: float
    record_score: float
    lead: float
    covered: float
    name_match: float
    name_cosine: float
    nearness: float
    matter_lead: float
    place_absent: float
    other_year: float

    def figures(self) -> dict[str, float]:
        """All of them but the sort, by name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "sort"}


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A stretch to quote. `passage_id` is the stored passage that holds most of it.

    Of a guide it is a field, of a FAQ the answer, of any other text a window of whole sentences that may span
    two stored passages: `start` and `end` say where it stands in the record's text. `asked` is the cosine of
    the question with one that this stretch is known to answer; 0 where none leads here.
    """

    passage_id: int
    key: RecordKey
    field: str
    heading: str
    text: str
    score: float
    start: int = 0
    end: int = 0
    asked: float = 0.0


@dataclass(frozen=True, slots=True)
class RankedOwner:
    """A record that may hold the answer, with the probability that it does (0 to 1)."""

    key: RecordKey
    external_id: str
    title: str
    agency: str | None
    signals: Signals
    confidence: float
