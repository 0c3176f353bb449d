"""A record as the search engine holds it: what it is given, and what it prepares from that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.catalogue.keys import RecordKey
from core.catalogue.records import StoredPassage
from core.text.normalise import fold
from core.text.places import Gazetteer
from core.text.years import years
from knowledge_base.embedding.port import Vectors
from knowledge_base.passages.chunk import FAQ
from knowledge_base.passages.lines import Line
from knowledge_base.search.layout import Layout, Unit, layout, units_of
from knowledge_base.search.matters import Matters
from knowledge_base.search.naming import subject_grams
from knowledge_base.search.pairs import Found, Pairs, PairsOfEach, Sought
from knowledge_base.search.rarity import Rarity

# `question`: a long text that is meant by a question it is known to answer.
Sort = Literal["guide", "faq", "question", "text"]


@dataclass(frozen=True, slots=True)
class IndexedOwner:
    """A published record with its passages and their vectors.

    Attributes:
        names: Other names of an item, or other ways to ask a FAQ.
        years: Tells the years that it is about; none where it holds in any. Its whole text is read for that.
        vectors: One row per passage.
        name_vectors: One row per name, embedded as a question is; of a long text per question it answers.
        answered_at: For each of those the field of the guide or the span of the text that answers, if known.
        text: The whole text that the passages' spans point into.
        lines, line_vectors: Sentences of a guide's fields, and one row for each.
        asked: Of a guide the questions of which the field that answers is known, with that field.
    """

    key: RecordKey
    external_id: str
    title: str
    agency: str | None
    region: str
    effective_from: date | None
    effective_to: date | None
    names: tuple[str, ...]
    years: Callable[[], frozenset[int]]
    passages: Sequence[StoredPassage]
    vectors: Vectors
    name_vectors: Vectors
    text: str
    answered_at: Sequence[str | tuple[int, int] | None] = ()
    lines: Sequence[Line] = ()
    line_vectors: Vectors | None = None
    asked: Sequence[tuple[str, str]] = ()


@dataclass(eq=False)
class Held:
    """An owner with its number in the whole-record index, its scope, and its sentences once needed.

    `first_name` is the number of its first name's vector; the others follow.
    """

    number: int
    scope: int
    owner: IndexedOwner
    first_name: int = 0
    _places: tuple[Gazetteer, Counter[str]] | None = field(default=None, init=False)
    _worths: tuple[int, tuple[float, ...]] | None = field(default=None, init=False)
    _means: tuple[Matters, Found] | None = field(default=None, init=False)

    @cached_property
    def sort(self) -> Sort:
        """Guides and FAQ are meant by name and quoted as they are; other texts by what they say."""
        if self.owner.key.kind == "item":
            return "guide"
        return "faq" if any(p.field == FAQ for p in self.owner.passages) else "text"

    @property
    def answers_questions(self) -> bool:
        """A long text of which some questions are known that it answers."""
        return self.sort == "text" and len(self.owner.name_vectors) > 0

    @property
    def name_ids(self) -> range:
        """Numbers of its names' vectors."""
        return range(self.first_name, self.first_name + len(self.owner.name_vectors))

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Sentences of the text in order."""
        return units_of(self.owner.text)

    @cached_property
    def layout(self) -> Layout | None:
        """The stretches that may be quoted; None where there is no sentence."""
        return layout(self.units, self.spans) if self.units else None

    @cached_property
    def unit_pairs(self) -> PairsOfEach:
        """The words of each sentence."""
        return PairsOfEach([unit.folded for unit in self.units])

    @cached_property
    def _headings(self) -> tuple[PairsOfEach, NDArray[np.intp]]:
        """The words of each different heading, and which of them stands above each sentence."""
        different = list(dict.fromkeys(unit.headings for unit in self.units))
        place = {text: number for number, text in enumerate(different)}
        return PairsOfEach(different), np.array([place[unit.headings] for unit in self.units], dtype=np.intp)

    def headings_hold(self, sought: Sought) -> Found:
        """Above which sentence which gram stands, shape (units, grams)."""
        headings, above = self._headings
        return headings.hold(sought)[above]

    @cached_property
    def passage_pairs(self) -> PairsOfEach:
        """The words of each passage as it is embedded."""
        return PairsOfEach(self.folded_passages)

    @cached_property
    def folded_passages(self) -> tuple[str, ...]:
        """What is embedded of each passage, as it is matched."""
        return tuple(fold(passage.embed_text) for passage in self.owner.passages)

    @cached_property
    def spans(self) -> NDArray[np.int64]:
        """Start and end of each passage, shape (n, 2)."""
        return np.array([(p.start, p.end) for p in self.owner.passages], dtype=np.int64).reshape(-1, 2)

    @cached_property
    def name_grams(self) -> tuple[frozenset[str], ...]:
        """What the title and each further name are about, in bigrams."""
        return tuple(subject_grams(name) for name in (self.owner.title, *self.owner.names))

    @cached_property
    def named_with(self) -> Mapping[str, Sequence[int]]:
        """In which of those names which bigram stands."""
        holding: dict[str, list[int]] = {}
        for place, name in enumerate(self.name_grams):
            for gram in name:
                holding.setdefault(gram, []).append(place)
        return holding

    def name_worths(self, rarity: Rarity) -> tuple[float, ...]:
        """What the bigrams of each of those names are worth together, added up once for each change."""
        known = self._worths
        if known is None or known[0] != rarity.changes:
            changes = rarity.changes
            worths = tuple(sum(rarity.weight(gram) for gram in name) for name in self.name_grams)
            self._worths = known = (changes, worths)
        return known[1]

    @cached_property
    def name_centre(self) -> Vectors:
        """The direction that its names have in common, a unit vector."""
        middle: Vectors = self.owner.name_vectors.mean(axis=0)
        return middle / max(float(np.linalg.norm(middle)), 1e-9)

    @cached_property
    def years(self) -> frozenset[int]:
        """The years that it is about."""
        return self.owner.years()

    @cached_property
    def title_years(self) -> frozenset[int]:
        """The years that its title names."""
        return years(self.owner.title)

    @cached_property
    def pairs(self) -> Pairs:
        """The words of the whole record."""
        return Pairs(folded_whole(self.owner))

    def prepare(self, gazetteer: Gazetteer) -> None:
        """Works out what is worked out once, before it is needed."""
        self.places(gazetteer)
        _ = self.years, self.pairs, self.name_centre if len(self.owner.name_vectors) else None
        _ = (self.layout, self.unit_pairs, self._headings) if self.sort == "text" else self.passage_pairs

    def means(self, matters: Matters) -> Found:
        """Which public matters its names mean, compared once for each list of them."""
        known = self._means
        if known is None or known[0] is not matters:
            self._means = known = (matters, matters.meant_by(self.owner.name_vectors))
        return known[1]

    def places(self, gazetteer: Gazetteer, folded: str | None = None) -> Counter[str]:
        """The parts of the country it names, read once for each gazetteer; `folded` spares the folding."""
        read = self._places
        if read is None or read[0] is not gazetteer:
            text = folded if folded is not None else folded_whole(self.owner)
            self._places = read = (gazetteer, gazetteer.parts(text))
        return read[1]


def folded_whole(owner: IndexedOwner) -> str:
    """What the whole-record index holds: title, further names and text, folded."""
    return fold("\n".join((owner.title, *owner.names, owner.text)))
