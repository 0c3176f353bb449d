"""What was ranked, as a search gives it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import islice

from core.catalogue.keys import RecordKey
from knowledge_base.search.fusion import reading_order
from knowledge_base.search.placed import Placed
from knowledge_base.search.ranking import Ranked
from knowledge_base.search.reading import Reading
from knowledge_base.search.results import RankedOwner, RankedPassage


class SearchResult:
    """Records, best first, and what may be quoted of them, which is looked up when it is asked for.

    Args:
        ranked: Best first.
        k: Most passages in `passages`.
    """

    def __init__(self, ranked: Sequence[Ranked], k: int) -> None:
        self._placed = {one.placed.held.owner.key: one.placed for one in ranked}
        self._k = k
        self.owners: Sequence[RankedOwner] = [_owner(one) for one in ranked]

    def passages_of(self, key: RecordKey) -> list[RankedPassage]:
        """What may be quoted of one of the records, best first; nothing of any other."""
        placed = self._placed.get(key)
        return [_passage(placed, reading) for reading in placed.readings] if placed else []

    @cached_property
    def passages(self) -> Sequence[RankedPassage]:
        """The first `k` stretches of all records in the order in which they are read."""
        placed = list(self._placed.values())
        order = reading_order([one.score for one in placed], lambda place: len(placed[place].readings))
        first = islice(order, self._k)
        return [_passage(placed[place], placed[place].readings[reading]) for place, reading in first]


def _owner(one: Ranked) -> RankedOwner:
    owner = one.placed.held.owner
    return RankedOwner(owner.key, owner.external_id, owner.title, owner.agency, one.signals, one.confidence)


def _passage(placed: Placed, reading: Reading) -> RankedPassage:
    return RankedPassage(
        passage_id=reading.passage.id,
        key=placed.held.owner.key,
        field=reading.passage.field,
        heading=reading.passage.heading,
        text=reading.text,
        score=round(placed.score, 6),
        start=reading.start,
        end=reading.end,
        asked=reading.asked,
    )
