"""The search engine: both indexes, the records held, and a question's way to ranked passages."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from core.catalogue.keys import RecordKey
from core.text.normalise import fold
from core.text.places import Gazetteer
from core.text.years import without_years, years_asked_for
from knowledge_base.embedding.port import Embedder, Vectors
from knowledge_base.index.lexical import LexicalIndex
from knowledge_base.index.tokens import content, grams
from knowledge_base.index.vectors import VectorIndex
from knowledge_base.passages.lines import Line
from knowledge_base.search.answer_type import figures_asked
from knowledge_base.search.evidence import Drawn, drawn, evidence_of
from knowledge_base.search.exchange import Exchange, exchange
from knowledge_base.search.fields import FieldReader
from knowledge_base.search.lines import said
from knowledge_base.search.matters import Matters
from knowledge_base.search.naming import subject_of
from knowledge_base.search.outcome import SearchResult
from knowledge_base.search.owners import Held, IndexedOwner
from knowledge_base.search.pairs import Sought
from knowledge_base.search.ranking import rank
from knowledge_base.search.rarity import Rarity
from knowledge_base.search.reading import Asked
from knowledge_base.search.results import RankedOwner, RankedPassage
from knowledge_base.search.saved import PASSAGES, RECORDS, Kept, SavedState, kept_of
from knowledge_base.search.scopes import FOR_STAFF, ON_TRIAL, Limits, Scopes, scope_of
from knowledge_base.search.vocabulary import Vocabulary

__all__ = ["IndexedOwner", "RankedOwner", "RankedPassage", "SearchEngine", "SearchResult"]

# With twice as many, 300 everyday questions and the annotated ones of `ncp` are answered alike.
_PASSAGE_HITS = 100
_RECORD_HITS = 50
_VECTOR_HITS = 50
_NAME_HITS = 100
_MANY = 20_000
# Searches wait while a batch is taken over; a larger one costs less in all.
BATCH = 32
T = TypeVar("T")
Hits = Sequence[tuple[int, float]]


class SearchEngine:
    """Holds what is published; safe for several threads.

    Writers follow one another. What takes them time is done in no search's way: only taking over a batch that
    is ready, and drawing candidates from the indexes, is done under the one lock that all share.

    Args:
        folder: Where its lexical indexes lie, for it alone; None is memory.
        saved: What the lexical indexes in the folder hold already. Its records are found from when they are
            put; after the last one, `forget_the_rest`.
    """

    def __init__(
        self, embedder: Embedder, folder: Path | None = None, saved: SavedState | None = None
    ) -> None:
        self._embedder = embedder
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._next = saved.next_number if saved else 0
        self._next_name = 0
        self._more_places: Mapping[str, str] = {}
        self._gazetteer = Gazetteer()
        self._vocabulary = Vocabulary()
        self._matters = Matters(np.zeros((0, embedder.dimension), dtype=np.float32))
        self._fields = FieldReader()
        self._passages = LexicalIndex(folder / PASSAGES if folder else None)
        self._records = LexicalIndex(folder / RECORDS if folder else None)
        self._vectors = VectorIndex(embedder.dimension)
        self._names = VectorIndex(embedder.dimension)
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="vectors")
        self._rarity = saved.rarity if saved else Rarity()
        self._scopes = Scopes.of(saved.scopes, saved.next_scope) if saved else Scopes()
        self._waiting = dict(saved.records) if saved else {}
        self._held: dict[RecordKey, Held] = {}
        self._by_number: dict[int, Held] = {}
        self._owner_of: dict[int, Held] = {}
        self._named_by: dict[int, Held] = {}
        self._unprepared: deque[Held] = deque()
        self._trials: set[RecordKey] = set()
        self._state = object()

    @property
    def state(self) -> object:
        """Another one whenever anything has changed that a search goes by; it keeps nothing alive."""
        return self._state

    def know_places(self, more: Mapping[str, str]) -> None:
        """Place names to be understood beside the country's, each with the part that it belongs to."""
        if more != self._more_places:
            self._more_places, self._gazetteer = dict(more), Gazetteer(more)
            self._state = object()

    def know_terms(self, meanings: Mapping[str, str]) -> None:
        """Everyday names, folded, each with the official words that are searched for in its place."""
        self._vocabulary = Vocabulary(meanings)
        self._state = object()

    def know_matters(self, vectors: Vectors) -> None:
        """Public matters that the base may hold nothing of, embedded as names are, shape (n, dimension)."""
        self._matters = Matters(vectors)
        self._state = object()

    def learn_fields(self) -> None:
        """Learns from the records held which fields a message asks for; to be called after changes."""
        self._fields.learn([pair for owner in self.owners() for pair in owner.asked])

    def put(self, owners: Sequence[IndexedOwner], together: int = BATCH) -> int:
        """Takes records in, each in place of what was held under its key, so many at a time.

        Returns:
            How many of them were not in the saved index as they are.
        """
        latest = {owner.key: owner for owner in owners}
        with self._writing:
            new = self._taken_back(list(latest.values()))
            for batch in _batches(new, together):
                self._exchange([owner.key for owner in batch], batch)
        return len(new)

    def remove(self, keys: Collection[RecordKey]) -> int:
        """Drops records; unknown keys are ignored. How many there were."""
        with self._writing:
            known = [key for key in set(keys) if key in self._held]
            self._forget([self._waiting.pop(key) for key in set(keys) if key in self._waiting])
            for batch in _batches(known, BATCH):
                self._exchange(batch, [])
        return len(known)

    @contextmanager
    def tried(self, owner: IndexedOwner) -> Iterator[None]:
        """Holds a record for a while, in which only a search with it as `trial` finds it."""
        self._trials.add(owner.key)
        try:
            self.put([replace(owner, effective_from=ON_TRIAL)])
            yield
        finally:
            self.remove([owner.key])
            self._trials.discard(owner.key)

    def forget_the_rest(self) -> None:
        """Drops what was saved and has not been put since: it is published no more."""
        with self._writing:
            self._forget(list(self._waiting.values()))
            self._waiting.clear()

    def save(self, folder: Path) -> None:
        """Writes all that is held, and that the database does not hold itself, into an empty folder.

        Raises:
            OSError: It cannot be written, or the engine lives in memory.
        """
        with self._writing:
            self._passages.copy_to(folder / PASSAGES)
            self._records.copy_to(folder / RECORDS)
            SavedState(
                {key: kept_of(held) for key, held in self._held.items()},
                {scope: extent.number for scope, extent in self._scopes.extents.items()},
                self._next,
                self._scopes.next_number,
                self._rarity,
            ).write(folder)

    def prepare(self, seconds: float) -> bool:
        """Works out ahead, for so long, what the first question that finds a record would wait for.

        Returns:
            Whether anything is left. Called by one thread at a time.
        """
        until = time.monotonic() + seconds
        while self._unprepared and time.monotonic() < until:
            held = self._unprepared.popleft()
            if self._held.get(held.owner.key) is held:
                held.prepare(self._gazetteer)
        return bool(self._unprepared)

    def owners(self) -> list[IndexedOwner]:
        """The records held."""
        with self._lock:
            return [held.owner for held in self._held.values()]

    def __len__(self) -> int:
        return len(self._owner_of)

    def searched_for(self, question: str) -> str:
        """A question as it is embedded: in official words."""
        return self._vocabulary.official(question)

    def search(
        self,
        question: str,
        *,
        region: str | None,
        today: date,
        matter: str | None = None,
        as_of: date | None = None,
        k: int = 50,
        hidden: Collection[RecordKey] = (),
        trial: RecordKey | None = None,
        internal: bool = False,
    ) -> SearchResult:
        """The best passages and records for a question.

        Args:
            region: Only what holds there, by the region's code or that of a region around it; None is all.
            today: The day on which it is asked.
            matter: The question without the district that it names; names are compared with this.
            as_of: Only what is in force on this day; today where it is not given.
            k: Most passages to tell in one list.
            hidden: Records treated as absent.
            trial: A record on trial that is found as if it were published.
            internal: Also what is for staff alone.
        """
        question = self.searched_for(question)
        named = without_years(self._vocabulary.official(matter) if matter else question)
        vectors = self._embedder.queries(list(dict.fromkeys((question, named))))
        words, gazetteer = content(question), self._gazetteer
        pairs = grams(words)
        found_grams = tuple(dict.fromkeys(pairs))
        asked = Asked(
            subject_of(words, self._rarity.weight),
            vectors[0],
            vectors[-1],
            found_grams,
            np.array([self._rarity.weight(gram) for gram in found_grams]),
            Sought(found_grams),
            gazetteer.asked_about(fold(question)),
            years_asked_for(question),
            today,
            region if matter else None,
            len(self._held),
            figures_asked(fold(question)),
            self._matters.near(vectors[-1]),
        )
        with self._lock:
            never = ([ON_TRIAL] if trial else []) + ([FOR_STAFF] if internal else [])
            limits = self._scopes.limits(region, as_of or today, never)
            others = self._trials - {trial} if trial else ()
            found = self._drawn(pairs, asked, limits, [*hidden, *others])
        evidence = evidence_of(found, asked, self._rarity, gazetteer)
        return SearchResult(rank(found.held, evidence, asked), k)

    def leans_on(self, message: str, key: RecordKey) -> tuple[float, float] | None:
        """How near a message is to a record's names, and to the nearest public matter that they do not mean.

        Two cosines; None where the record has no names or is not held, or no public matters are known.
        """
        with self._lock:
            held = self._held.get(key)
        if held is None or not len(held.owner.name_vectors):
            return None
        vector = self._embedder.queries([without_years(self._vocabulary.official(message))])[0]
        near = self._matters.near(vector)
        other = near.other_than(held.means(near.matters))
        return None if other is None else (float((held.owner.name_vectors @ vector).max()), other)

    def fields(self, message: str) -> Mapping[str, float]:
        """How surely a message asks for each field of a guide, about 0 to 1; empty where nothing tells."""
        return self._fields.read(message)

    def lines(self, question: str, asking: Sequence[str], key: RecordKey) -> list[tuple[Line, float]]:
        """The sentences of a guide with what each says to a question; none of what is no guide or not held.

        Args:
            asking: Clauses of the question that ask for something.
        """
        with self._lock:
            held = self._held.get(key)
        if held is None or held.owner.line_vectors is None or not held.owner.lines:
            return []
        lines, asked = held.owner.lines, self._embedder.queries([question, *asking])
        return list(zip(lines, said(lines, held.owner.line_vectors, question, asked), strict=True))

    def _exchange(self, keys: Collection[RecordKey], owners: Sequence[IndexedOwner]) -> None:
        gone = [self._held[key] for key in keys if key in self._held]
        ready = exchange(gone, owners, self._next, self._next_name, self._scopes, self._gazetteer)
        self._next += len(owners)
        self._next_name += len(ready.come_names)
        numbers = [held.number for held in gone]
        self._passages.write(ready.gone_ids, ready.passages)
        self._records.write(numbers, ready.records)
        self._rarity.change(numbers, ready.won)
        self._show(ready)

    def _taken_back(self, owners: Sequence[IndexedOwner]) -> list[IndexedOwner]:
        """Takes over those whose words the indexes hold from the start; the others."""
        come, new, changed = [], [], []
        for owner in owners:
            kept = self._waiting.pop(owner.key, None)
            if kept is None:
                new.append(owner)
            elif self._is_as_saved(owner, kept):
                come.append(Held(kept.number, kept.scope, owner, self._next_name))
                self._next_name += len(owner.name_vectors)
            else:
                changed.append(kept)
                new.append(owner)
        self._forget(changed)
        if come:
            self._show(Exchange([], self._scopes.exchanged([], come), come))
        return new

    def _is_as_saved(self, owner: IndexedOwner, kept: Kept) -> bool:
        extent = self._scopes.extents.get(scope_of(owner))
        return extent is not None and kept == kept_of(Held(kept.number, extent.number, owner))

    def _forget(self, records: Sequence[Kept]) -> None:
        """Drops records that wait: nothing holds them but the lexical indexes and the rarity."""
        if records:
            numbers = [kept.number for kept in records]
            self._passages.write([id_ for kept in records for id_ in kept.passages], [])
            self._records.write(numbers, [])
            self._rarity.change(numbers, {})

    def _show(self, ready: Exchange) -> None:
        vectors = ready.vectors(self._embedder.dimension)
        names = ready.name_vectors(self._embedder.dimension)
        with self._lock:
            self._passages.show()
            self._records.show()
            self._vectors.change(ready.gone_ids, ready.come_ids, vectors)
            self._names.change(ready.gone_names, ready.come_names, names)
            self._take_over(ready)

    def _take_over(self, ready: Exchange) -> None:
        self._state = object()
        self._scopes = ready.scopes
        for held in ready.gone:
            del self._held[held.owner.key], self._by_number[held.number]
        for id_ in ready.gone_ids:
            self._owner_of.pop(id_, None)
        for id_ in ready.gone_names:
            self._named_by.pop(id_, None)
        for held in ready.come:
            self._held[held.owner.key] = self._by_number[held.number] = held
            self._owner_of.update((passage.id, held) for passage in held.owner.passages)
            self._named_by.update((id_, held) for id_ in held.name_ids)
            self._unprepared.append(held)

    def _drawn(
        self, pairs: Sequence[str], asked: Asked, limits: Limits, hidden: Collection[RecordKey]
    ) -> Drawn:
        """The candidates of all indexes, among what holds and is not hidden."""
        absent = [held for key in hidden if (held := self._held.get(key)) is not None]
        numbers = {held.number for held in absent}
        passages = limits.passages + sum(len(held.owner.passages) for held in absent)
        records = limits.records + len(absent)
        spare_names = limits.spare_names + sum(len(held.name_ids) for held in absent)
        by_meaning = partial(self._vectors.search, asked.vector, _VECTOR_HITS + passages, limits.ids)
        # Both libraries work outside the interpreter; of few passages neither takes as long as a hand-over.
        aside = self._aside.submit(by_meaning) if len(self._vectors) > _MANY else None
        words = self._passages.search(pairs, _PASSAGE_HITS + passages, limits.scopes)
        whole = self._records.search(pairs, _RECORD_HITS + records, limits.scopes)
        named = self._names.search(asked.name_vector, _NAME_HITS + spare_names, limits.names)
        near = aside.result() if aside is not None else by_meaning()

        def kept(hits: Hits, owners: Mapping[int, Held], most: int) -> list[tuple[Held, float]]:
            found = ((owners[id_], score) for id_, score in hits if id_ in owners)
            staying = (
                (held, score)
                for held, score in found
                if held.scope not in limits.out and held.number not in numbers
            )
            return list(islice(staying, most))

        return drawn(
            kept(words, self._owner_of, _PASSAGE_HITS),
            kept(whole, self._by_number, _RECORD_HITS),
            [
                *kept(near, self._owner_of, _VECTOR_HITS),
                *kept(named, self._named_by, _NAME_HITS),
            ],
        )


def _batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
