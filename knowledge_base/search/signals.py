"""The signals of each ranked record: what its confidence is read from. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from knowledge_base.search.fusion import Evidence
from knowledge_base.search.owners import Held
from knowledge_base.search.reading import Asked, Reading
from knowledge_base.search.results import Signals

# In a base of few records a lead says only that there is no rival.
_MOST_LEAD = 0.3
# BM25 grows with the logarithm of the number of records; so does this, which starts above nothing.
_FEW = 3


def signals_of(
    held: Sequence[Held],
    scores: Sequence[float],
    evidence: Mapping[int, Evidence],
    asked: Asked,
    read: Sequence[Sequence[Reading]],
) -> list[Signals]:
    """One per record in rank order."""
    per_term = max(1, len(asked.grams)) * math.log(asked.records + _FEW)
    rivals = _rivals(held, read)
    return [
        Signals(
            cosine=found.cosine,
            record_score=found.record / per_term,
            lead=min(
                scores[place] - max((scores[rival] for rival in rivals[place]), default=0.0), _MOST_LEAD
            ),
            covered=asked.share_in(one.folded),
            name_match=found.name,
            place_absent=float(found.place == 0),
            named=one.is_quoted_whole,
        )
        for place, one in enumerate(held)
        for found in (evidence[one.number],)
    ]


def _rivals(held: Sequence[Held], read: Sequence[Sequence[Reading]]) -> list[list[int]]:
    """Places of the records that each competes with: not the other sort, and not one that says the same.

    A guide or FAQ and a long text are scored apart, and a reprint is no rival of what it repeats.
    """
    says = [
        (read[place][0].text if place < len(read) and read[place] else one.owner.text)
        for place, one in enumerate(held)
    ]
    sorts = [(one.is_quoted_whole, "".join(text.split())) for one, text in zip(held, says, strict=True)]
    return [
        [
            other
            for other, (whole, text) in enumerate(sorts)
            if other != place and whole is own_whole and text != own_text
        ]
        for place, (own_whole, own_text) in enumerate(sorts)
    ]
