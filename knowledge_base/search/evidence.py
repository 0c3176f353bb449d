"""What is known of each record that the indexes found, before it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.text.places import Gazetteer, share_inside
from knowledge_base.embedding.port import Vectors
from knowledge_base.search.fusion import Evidence
from knowledge_base.search.naming import name_match
from knowledge_base.search.owners import Held
from knowledge_base.search.rarity import Rarity
from knowledge_base.search.reading import Asked

Hit = tuple[Held, float]
# Of 268 first questions on the example city the nearest three and the centre rank .91 right, the nearest one
# and the centre .87, two to five alike; of a record with few names only one may be what is meant.
_NEAREST = 3
_MANY = 8
_ELSEWHERE = re.compile("异地|跨省|省外|市外|外地")


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
    rarity: Rarity,
    gazetteer: Gazetteer,
) -> dict[int, Evidence]:
    """The evidence for each record found."""
    found = {}
    for number, held in drawn.held.items():
        # As lists: of so few numbers each step in numpy takes longer than all of them in Python.
        names: list[float] = (held.owner.name_vectors @ asked.name_vector).tolist()
        nearest = max(names, default=0.0)
        found[number] = Evidence(
            passage=drawn.passages.get(number, 0.0),
            record=drawn.records.get(number, 0.0),
            cosine=max((held.owner.vectors @ asked.vector).tolist(), default=-1.0),
            name=_name(held, asked, rarity),
            name_cosine=_nearness(names, held.name_centre, asked) if names else 0.0,
            nearest_name=names.index(nearest) if names else 0,
            nearest_cosine=nearest,
            covered=asked.share(held.pairs.hold(asked.sought)) if names else None,
            place=_place(held, asked, gazetteer),
            other_year=is_of_other_year(held, asked.years, asked.today.year),
            of_district=asked.district is not None and held.owner.region == asked.district,
        )
    return found


def _name(held: Held, asked: Asked, rarity: Rarity) -> float:
    if held.sort == "text":
        return 0.0
    return name_match(asked.subject, held.named_with, held.name_worths(rarity))


def _place(held: Held, asked: Asked, gazetteer: Gazetteer) -> float | None:
    """Share of its places that is asked about; of what is done for elsewhere no place says anything."""
    if not asked.places or (held.sort == "guide" and _ELSEWHERE.search(held.owner.title)):
        return None
    return share_inside(held.places(gazetteer), asked.places)


def _nearness(names: Sequence[float], centre: Vectors, asked: Asked) -> float:
    """Half of it the nearest names, half what all names have in common: one odd name misleads less."""
    near = sorted(names)[-_nearest_of(len(names)) :]
    return (sum(near) / len(near) + float(centre @ asked.name_vector)) / 2


def _nearest_of(names: int) -> int:
    """How many names count as near: one of a few, three of many known questions."""
    return min(_NEAREST, max(1, names // _MANY))


def is_of_other_year(held: Held, asked: Collection[int], this_year: int) -> bool:
    """Whether a question names years, and the record is about others only.

    What holds in no named year holds this year as well, so this year is missed in a title that names another.
    A guide without years tells how it is done this year.
    """
    if not asked:
        return False
    about = held.title_years if set(asked) == {this_year} else held.years
    if not about and held.sort == "guide":
        about = frozenset({this_year})
    return bool(about and about.isdisjoint(asked))
