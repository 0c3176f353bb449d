"""The signals of each ranked record: what its confidence is read from. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.text.years import years
from knowledge_base.search.fusion import Evidence, nearness
from knowledge_base.search.owners import Held, Sort
from knowledge_base.search.reading import Asked, Reading
from knowledge_base.search.results import Signals

# In a base of few records a lead says only that there is no rival.
_MOST_LEAD = {"text": 0.3, "guide": 0.06, "faq": 0.06, "question": 0.06}
# BM25 grows with the logarithm of the number of records; so does this, which starts above nothing.
_FEW = 3


def signals_of(
    held: Sequence[Held],
    sorts: Sequence[Sort],
    scores: Sequence[float],
    evidence: Mapping[int, Evidence],
    asked: Asked,
    read: Sequence[Sequence[Reading]],
    rival: float,
) -> list[Signals]:
    """One per record in rank order; all were ranked against each other.

    Args:
        rival: Best score of records of another sort that these compete with as well.
    """
    per_term = max(1, len(asked.grams)) * math.log(asked.records + _FEW)
    rivals = _rivals(held, read)
    other_years = [
        evidence[one.number].other_year
        or (sorts[place] == "question" and _tells_no_year(one, asked, read[place]))
        for place, one in enumerate(held)
    ]
    return [
        Signals(
            sort=sorts[place],
            cosine=found.cosine,
            record_score=found.record / per_term,
            lead=min(
                scores[place] - max([rival, *(scores[other] for other in rivals[place])]),
                _MOST_LEAD[sorts[place]],
            ),
            covered=asked.share(one.pairs.hold(asked.sought)) if found.covered is None else found.covered,
            name_match=found.name,
            name_cosine=found.name_cosine,
            nearness=nearness(found, other_years[place]),
            matter_lead=_matter_lead(one, found.name_cosine, asked),
            place_absent=float(found.place == 0),
            other_year=float(other_years[place]),
        )
        for place, one in enumerate(held)
        for found in (evidence[one.number],)
    ]


def _matter_lead(held: Held, near: float, asked: Asked) -> float:
    if asked.matters is None or not len(held.owner.name_vectors):
        return 0.0
    other = asked.matters.other_than(held.means(asked.matters.matters))
    return near - other if other is not None else 0.0


def _tells_no_year(held: Held, asked: Asked, quotes: Sequence[Reading]) -> bool:
    """Whether another year than this is asked for that neither the title nor the quoted words name."""
    wanted = set(asked.years) - {asked.today.year}
    told = held.title_years | (years(quotes[0].text) if quotes else frozenset())
    return bool(wanted) and wanted.isdisjoint(told)


def _rivals(held: Sequence[Held], read: Sequence[Sequence[Reading]]) -> list[list[int]]:
    """Places of the records that each competes with: not one that says the same, such as a reprint."""
    says = [_said(one, quotes) for one, quotes in zip(held, read, strict=True)]
    return [
        [other for other, text in enumerate(says) if other != place and text != own]
        for place, own in enumerate(says)
    ]


def _said(held: Held, quotes: Sequence[Reading]) -> str:
    """What tells a record from another: a guide's name, else the words that are quoted."""
    if held.sort == "guide":
        return held.owner.title
    return "".join((quotes[0].text if quotes else held.owner.text).split())
