"""What was ranked, as a search gives it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.search.fusion import reading_order
from knowledge_base.search.owners import Held
from knowledge_base.search.ranking import Ranked
from knowledge_base.search.reading import Reading
from knowledge_base.search.results import RankedOwner, RankedPassage, SearchResult


def search_result(ranked: Sequence[Ranked], k: int) -> SearchResult:
    """The records ranked, and the first `k` stretches of them in the order in which they are read."""
    owners = [
        RankedOwner(
            one.held.owner.key,
            one.held.owner.external_id,
            one.held.owner.title,
            one.held.owner.agency,
            one.signals,
            one.confidence,
        )
        for one in ranked
    ]
    order = reading_order([one.score for one in ranked], [len(one.readings) for one in ranked])
    passages = [
        _passage(ranked[place].held, ranked[place].readings[reading], ranked[place].score)
        for place, reading in order
    ]
    return SearchResult(passages[:k], owners)


def _passage(held: Held, reading: Reading, score: float) -> RankedPassage:
    return RankedPassage(
        passage_id=reading.passage.id,
        key=held.owner.key,
        field=reading.passage.field,
        heading=reading.passage.heading,
        text=reading.text,
        score=round(score, 6),
        start=reading.start,
        end=reading.end,
        asked=reading.asked,
    )
