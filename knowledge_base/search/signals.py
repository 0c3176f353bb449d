"""The signals of each ranked record: what its confidence is read from. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.text.years import years
from knowledge_base.search.fusion import nearness
from knowledge_base.search.owners import Held
from knowledge_base.search.placed import Placed
from knowledge_base.search.reading import Asked
from knowledge_base.search.results import Signals

# In a base of few records a lead says only that there is no rival.
_MOST_LEAD = {"text": 0.3, "guide": 0.06, "faq": 0.06, "question": 0.06}
# BM25 grows with the logarithm of the number of records; so does this, which starts above nothing.
_FEW = 3


def signals_of(placed: Sequence[Placed], rival: float) -> list[Signals]:
    """One per record of a sort in rank order; all were ranked against each other.

    Args:
        rival: Best score of records of another sort that these compete with as well.
    """
    return [
        _signals(one, one.score - max(rival, _best_other(place, placed))) for place, one in enumerate(placed)
    ]


def _signals(one: Placed, lead: float) -> Signals:
    held, found, asked = one.held, one.evidence, one.asked
    other_year = found.other_year or (one.sort == "question" and _tells_no_year(one))
    return Signals(
        sort=one.sort,
        cosine=found.cosine,
        record_score=found.record / (max(1, len(asked.grams)) * math.log(asked.records + _FEW)),
        lead=min(lead, _MOST_LEAD[one.sort]),
        covered=asked.share(held.pairs.hold(asked.sought)) if found.covered is None else found.covered,
        name_match=found.name,
        name_cosine=found.name_cosine,
        nearness=nearness(found, other_year),
        matter_lead=_matter_lead(held, found.name_cosine, asked),
        place_absent=float(found.place == 0),
        other_year=float(other_year),
    )


def _best_other(place: int, placed: Sequence[Placed]) -> float:
    """Score of the first record that says anything else; a reprint is no rival."""
    one = placed[place]
    others = (other for other in placed if other is not one and not one.says_as(other))
    return next((other.score for other in others), -math.inf)


def _matter_lead(held: Held, near: float, asked: Asked) -> float:
    if asked.matters is None or not len(held.owner.name_vectors):
        return 0.0
    other = asked.matters.other_than(held.means(asked.matters.matters))
    return near - other if other is not None else 0.0


def _tells_no_year(one: Placed) -> bool:
    """Whether another year than this is asked for that neither the title nor the quoted words name."""
    wanted = set(one.asked.years) - {one.asked.today.year}
    if not wanted:
        return False
    told = one.held.title_years | (years(one.readings[0].text) if one.readings else frozenset())
    return wanted.isdisjoint(told)
