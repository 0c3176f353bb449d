"""The search engine: both indexes, the records held, and a question's way to ranked passages."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np

from core.catalogue.keys import RecordKey
from core.catalogue.regions import holds_for
from core.text.normalise import fold
from core.text.places import Gazetteer, share_inside
from knowledge_base.embedding.port import Embedder, Vectors
from knowledge_base.index.lexical import Entry, LexicalIndex
from knowledge_base.index.tokens import content, grams
from knowledge_base.index.vectors import VectorIndex
from knowledge_base.search.fusion import Evidence, fuse, reading_order
from knowledge_base.search.naming import name_match
from knowledge_base.search.owners import Held, IndexedOwner
from knowledge_base.search.rarity import Rarity
from knowledge_base.search.reading import Asked, Reading, readings
from knowledge_base.search.results import RankedOwner, RankedPassage, SearchResult
from knowledge_base.search.signals import signals_of
from knowledge_base.search.vocabulary import Vocabulary

__all__ = ["IndexedOwner", "RankedOwner", "RankedPassage", "SearchEngine", "SearchResult"]

_PASSAGE_HITS = 200
_RECORD_HITS = 100
_VECTOR_HITS = 100
_OWNERS = 20
_READ = 10
Scope = tuple[str, date | None, date | None]


class SearchEngine:
    """Holds what is published; safe for one writer beside many readers."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._next = 0
        self._more_places: Mapping[str, str] = {}
        self._gazetteer = Gazetteer()
        self._vocabulary = Vocabulary()
        self.clear()

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._passages = LexicalIndex()
            self._records = LexicalIndex()
            self._vectors = VectorIndex(self._embedder.dimension)
            self._rarity = Rarity()
            self._held: dict[RecordKey, Held] = {}
            self._by_number: dict[int, Held] = {}
            self._owner_of: dict[int, Held] = {}
            self._scopes: dict[Scope, int] = {}
            self._places: dict[int, Counter[str]] = {}

    def know_places(self, more: Mapping[str, str]) -> None:
        """Place names to be understood beside the country's, each with the part that it belongs to."""
        with self._lock:
            if more != self._more_places:
                self._more_places, self._gazetteer = dict(more), Gazetteer(more)
                self._places.clear()

    def know_terms(self, meanings: Mapping[str, str]) -> None:
        """Everyday names, folded, each with the official words that are searched for in its place."""
        self._vocabulary = Vocabulary(meanings)

    def put(self, owners: Sequence[IndexedOwner]) -> None:
        """Takes records in, each in place of what was held under its key."""
        with self._lock:
            new = {owner.key: self._hold(owner) for owner in owners}
            self._exchange([self._held[key] for key in new if key in self._held], list(new.values()))

    def remove(self, keys: Collection[RecordKey]) -> None:
        """Drops records; unknown keys are ignored."""
        with self._lock:
            self._exchange([self._held[key] for key in set(keys) if key in self._held], [])

    def owners(self) -> list[IndexedOwner]:
        """The records held."""
        with self._lock:
            return [held.owner for held in self._held.values()]

    def __len__(self) -> int:
        return len(self._owner_of)

    def search(
        self,
        question: str,
        *,
        region: str | None,
        today: date,
        k: int = 50,
        hidden: Collection[RecordKey] = (),
    ) -> SearchResult:
        """The best passages and records for a question.

        Args:
            region: Only what holds there, by the region's code or that of a region around it; None is all.
            today: Only what is in force on this day.
            k: Most passages to return.
            hidden: Records treated as absent.
        """
        question = self._vocabulary.official(question)
        vector = self._embedder.query(question)
        words = content(question)
        with self._lock:
            place = self._gazetteer.parts(fold(question))
            evidence = self._evidence(words, vector, place, self._allowed(region, today), frozenset(hidden))
            held = {number: self._by_number[number] for number in evidence}
            asked = self._asked(words, vector)
        scores = fuse(evidence)
        order = sorted(scores, key=lambda number: (-scores[number], number))[:_OWNERS]
        return _result([held[n] for n in order], [scores[n] for n in order], evidence, asked, k)

    def _hold(self, owner: IndexedOwner) -> Held:
        self._next += 1
        scope = (owner.region, owner.effective_from, owner.effective_to)
        return Held(self._next, self._scopes.setdefault(scope, len(self._scopes)), owner)

    def _exchange(self, old: Sequence[Held], new: Sequence[Held]) -> None:
        gone = [passage.id for held in old for passage in held.owner.passages]
        for held in old:
            self._rarity.drop(grams(held.whole_text()))
            del self._held[held.owner.key], self._by_number[held.number]
            self._places.pop(held.number, None)
        for id_ in gone:
            self._owner_of.pop(id_, None)
        entries = [
            Entry(passage.id, held.scope, passage.embed_text)
            for held in new
            for passage in held.owner.passages
        ]
        whole = [Entry(held.number, held.scope, held.whole_text()) for held in new]
        self._passages.change(gone, entries)
        self._records.change([held.number for held in old], whole)
        rows = [held.owner.vectors for held in new if len(held.owner.passages)]
        none = np.zeros((0, self._embedder.dimension), dtype=np.float32)
        self._vectors.change(gone, [entry.id for entry in entries], np.concatenate([none, *rows]))
        for held in new:
            self._rarity.add(grams(held.whole_text()))
            self._held[held.owner.key] = self._by_number[held.number] = held
            self._owner_of.update((passage.id, held) for passage in held.owner.passages)

    def _allowed(self, region: str | None, today: date) -> frozenset[int] | None:
        """Scopes that hold; None where all do, which searches faster."""
        allowed = frozenset(
            number
            for (own, start, end), number in self._scopes.items()
            if holds_for(own, region) and (start is None or start <= today) and (end is None or today <= end)
        )
        return None if len(allowed) == len(self._scopes) else allowed

    def _evidence(
        self,
        words: str,
        vector: Vectors,
        places: Collection[str],
        scopes: frozenset[int] | None,
        hidden: frozenset[RecordKey],
    ) -> dict[int, Evidence]:
        absent = [held for key in hidden if (held := self._held.get(key)) is not None]
        extra = sum(len(held.owner.passages) for held in absent)
        numbers = {held.number for held in absent}
        hits = self._passages.search(words, _PASSAGE_HITS + extra, scopes)
        records = dict(self._records.search(words, _RECORD_HITS + len(absent), scopes))
        near = self._vectors.search(vector, _VECTOR_HITS + extra, self._ids_in(scopes))
        best: dict[int, float] = {}
        for id_, score in hits:
            number = self._owner_of[id_].number
            best[number] = max(best.get(number, 0.0), score)
        found = {*best, *records, *(self._owner_of[id_].number for id_, _ in near)} - numbers
        return {
            number: Evidence(
                passage=best.get(number, 0.0),
                record=records.get(number, 0.0),
                cosine=float((self._by_number[number].owner.vectors @ vector).max(initial=-1.0)),
                name=self._name_match(words, self._by_number[number]),
                place=share_inside(self._places_of(number), places) if places else None,
            )
            for number in found
        }

    def _ids_in(self, scopes: frozenset[int] | None) -> list[int] | None:
        if scopes is None:
            return None
        return [id_ for id_, held in self._owner_of.items() if held.scope in scopes]

    def _places_of(self, number: int) -> Counter[str]:
        if number not in self._places:
            self._places[number] = self._gazetteer.parts(self._by_number[number].folded)
        return self._places[number]

    def _name_match(self, words: str, held: Held) -> float:
        return name_match(words, held.name_grams, self._rarity.weight) if held.is_quoted_whole else 0.0

    def _asked(self, words: str, vector: Vectors) -> Asked:
        found = tuple(dict.fromkeys(grams(words)))
        weights = np.array([self._rarity.weight(gram) for gram in found])
        return Asked(words, vector, found, weights, len(self._held))


def _result(
    held: Sequence[Held],
    scores: Sequence[float],
    evidence: dict[int, Evidence],
    asked: Asked,
    k: int,
) -> SearchResult:
    read: list[Sequence[Reading]] = [readings(one, asked) for one in held[:_READ]]
    signals = signals_of(held, scores, evidence, asked, read)
    owners = [
        RankedOwner(one.owner.key, one.owner.external_id, one.owner.title, one.owner.agency, score, why)
        for one, score, why in zip(held, scores, signals, strict=True)
    ]
    order = reading_order(scores, [len(found) for found in read])
    passages = [_ranked(held[place], read[place][reading], scores[place]) for place, reading in order]
    return SearchResult(passages[:k], owners)


def _ranked(held: Held, reading: Reading, score: float) -> RankedPassage:
    return RankedPassage(
        passage_id=reading.passage.id,
        key=held.owner.key,
        field=reading.passage.field,
        heading=reading.passage.heading,
        text=reading.text,
        score=round(score, 6),
        start=reading.start,
        end=reading.end,
    )
