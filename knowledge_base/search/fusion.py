"""One score per record: of a text from what it says, of a guide or a FAQ from its names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# The three scores count alike: one of them a third higher changes hit@1 by less than its noise (ADR 3).
_COSINE_SPREAD = 0.1
# A record about the place that the question names beats a like one about another; .3 to .7 do alike (ADR 3).
_PLACE = 0.4
# Of like texts the one of the year wins; set by hand, no question that was fitted on tells.
_OTHER_YEAR = 0.4
# Of names alike in meaning the one that shares words with the question wins, then the record that says more
# of it. On variants left out, any of .025 to .1 and of .1 to .4 finds as many within noise (ADR 5).
# With these 197 of 205 first questions rank their guide first; 194 at .2 and without the words covered.
_NAME_WORDS = 0.05
_CONTENT = 0.4
_COVERED = 0.02
_PLACE_OF_NAMED = 0.04
# Names are compared without the district that the question names: of like ones its own guide wins.
_OF_DISTRICT = 0.02
# More than any two names alike but for their years can differ by.
_OTHER_YEAR_OF_NAMED = 0.1
SECOND_READING_LEAD = 1 / 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one record before it is read.

    Attributes:
        passage: BM25 of its best passage.
        record: BM25 of the whole.
        cosine: Best cosine of its passages.
        name: How nearly one of its names is what the question names, 0 to 1.
        name_cosine: How near its names are: mean of the nearest ones' cosine and that of their centre.
        nearest_name: Place of the nearest name.
        nearest_cosine: Cosine of that name.
        covered: Share of the question's bigrams, weighted by rarity, found in it; None for a long text of
            which no questions are known, as all that are drawn would have to be read through.
        place: Share of the places it names that lie where the question asks; None where that names none.
        other_year: Whether it is about other years than the question names.
        of_district: Whether it holds only in the district that the question names.
    """

    passage: float
    record: float
    cosine: float
    name: float = 0.0
    name_cosine: float = 0.0
    nearest_name: int = 0
    nearest_cosine: float = 0.0
    covered: float | None = None
    place: float | None = None
    other_year: bool = False
    of_district: bool = False


def text_scores(evidence: Mapping[int, Evidence]) -> dict[int, float]:
    """Score of every text, about 0 to 1 (one about the place may exceed it), by number."""
    if not evidence:
        return {}
    passage = max(max(one.passage for one in evidence.values()), 1e-9)
    record = max(max(one.record for one in evidence.values()), 1e-9)
    cosine = max(one.cosine for one in evidence.values())
    return {
        number: (
            one.passage / passage
            + one.record / record
            + (one.cosine - cosine) / _COSINE_SPREAD
            + 1
            + _PLACE * (one.place or 0.0)
            - _OTHER_YEAR * one.other_year
        )
        / 3
        for number, one in evidence.items()
    }


def named_scores(evidence: Mapping[int, Evidence]) -> dict[int, float]:
    """Score of every guide or FAQ, about 1 for one that is named, by number."""
    return {
        number: (
            one.name_cosine
            + _NAME_WORDS * one.name
            + _CONTENT * one.cosine
            + _COVERED * (one.covered or 0.0)
            + _PLACE_OF_NAMED * (one.place or 0.0)
            + _OF_DISTRICT * one.of_district
            - _OTHER_YEAR_OF_NAMED * one.other_year
        )
        for number, one in evidence.items()
    }


def nearness(one: Evidence, other_year: bool) -> float:
    """How near a record's nearest name is, in meaning and words, less where it is of another year."""
    return one.nearest_cosine + _NAME_WORDS * one.name - _OTHER_YEAR_OF_NAMED * other_year


def reading_order(scores: Sequence[float], count: Callable[[int], int]) -> Iterator[tuple[int, int]]:
    """Which reading of which record comes when: pairs of record place and reading place.

    The best reading of each record comes in rank order. The first record's second reading comes right after
    its first where the record leads clearly, else after the runner-up's; further readings come last.

    Args:
        count: How many readings the record of a place has; asked for as far as the order is followed.
    """
    clear = len(scores) < 2 or scores[0] - scores[1] > SECOND_READING_LEAD
    for place in range(len(scores)):
        if count(place):
            yield place, 0
        if place == (0 if clear else 1) and count(0) > 1:
            yield 0, 1
    for place in range(len(scores)):
        for reading in range(2 if place == 0 else 1, count(place)):
            yield place, reading
