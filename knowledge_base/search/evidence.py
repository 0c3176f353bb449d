"""What is known of each record that the indexes found, before it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from core.text.places import Gazetteer, share_inside
from knowledge_base.search.fusion import Evidence
from knowledge_base.search.naming import name_match
from knowledge_base.search.owners import Held
from knowledge_base.search.reading import Asked

Hit = tuple[Held, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the indexes found at one moment.

    Attributes:
        held: The records found in any index, by number.
        passages: BM25 of each record's best passage, where words were found in one.
        records: BM25 of each whole record, where words were found in it.
    """

    held: Mapping[int, Held]
    passages: Mapping[int, float]
    records: Mapping[int, float]


def drawn(passages: Sequence[Hit], records: Sequence[Hit], near: Sequence[Hit]) -> Drawn:
    """Hits of words in passages and in whole records, and hits of meaning, by record."""
    best: dict[int, float] = {}
    for held, score in passages:
        best[held.number] = max(best.get(held.number, 0.0), score)
    found = {held.number: held for held, _ in (*passages, *records, *near)}
    return Drawn(found, best, {held.number: score for held, score in records})


def evidence_of(
    drawn: Drawn,
    asked: Asked,
    weight: Callable[[str], float],
    gazetteer: Gazetteer,
) -> dict[int, Evidence]:
    """The evidence for each record found.

    Args:
        weight: What a bigram is worth.
    """
    found = {}
    for number, held in drawn.held.items():
        names = held.owner.name_vectors @ asked.name_vector
        nearest = int(names.argmax()) if len(names) else 0
        found[number] = Evidence(
            passage=drawn.passages.get(number, 0.0),
            record=drawn.records.get(number, 0.0),
            cosine=float((held.owner.vectors @ asked.vector).max(initial=-1.0)),
            name=name_match(asked.words, held.name_grams, weight) if held.sort != "text" else 0.0,
            name_cosine=float(names[nearest]) if len(names) else 0.0,
            nearest_name=nearest,
            place=share_inside(held.places(gazetteer), asked.places) if asked.places else None,
            other_year=is_of_other_year(held, asked.years, asked.today.year),
            of_district=asked.district is not None and held.owner.region == asked.district,
        )
    return found


def is_of_other_year(held: Held, asked: Collection[int], this_year: int) -> bool:
    """Whether a question names years, and the record is about others only.

    What holds in no named year holds this year as well, so this year is missed in a title that names another.
    A guide without years tells how it is done this year.
    """
    about = held.title_years if set(asked) == {this_year} else held.owner.years
    if not about and held.sort == "guide":
        about = frozenset({this_year})
    return bool(asked and about and about.isdisjoint(asked))
