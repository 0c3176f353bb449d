"""Keeps the search engine in step with the catalogue: by revision, and anew when the epoch changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final

import numpy as np

from core.catalogue.documents import answers_of, names_of, other_names, years_of
from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, Region, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import Change, StoredPassage, StoredRecord
from core.catalogue.wording import Term
from core.catalogue.wordings import Wordings
from core.clock import Clock, SystemClock
from core.errors import Unavailable, WeizhengError
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.port import Vectors
from knowledge_base.passages.guide_fields import full_text
from knowledge_base.passages.lines import Line, lines_of
from knowledge_base.saved_engines import SavedEngines
from knowledge_base.search.engine import BATCH as TOGETHER
from knowledge_base.search.engine import IndexedOwner, SearchEngine
from knowledge_base.search.matters import public_matters
from knowledge_base.search.scopes import FOR_STAFF

log = logging.getLogger(__name__)

BATCH: Final = 256
# A start takes these many changed records in within seconds.
SAVED_EVERY: Final = 500
# A question that comes meanwhile waits no longer than this for the interpreter.
PREPARING_S: Final = 0.01


class Replica:
    """One copy of what is published, in memory. `sync` is called by one thread at a time.

    Args:
        engines: Give the engine that it fills; another one where everything has to be loaded anew.
        clock: Tells which first days are past.
    """

    def __init__(
        self,
        reads: CatalogueReads,
        wordings: Wordings,
        embedder: CachedEmbedder,
        engines: SavedEngines,
        clock: Clock | None = None,
    ) -> None:
        self._reads = reads
        self._wordings = wordings
        self._embedder = embedder
        self._engines = engines
        # The first sync opens it.
        self._engine: SearchEngine
        self._unsaved = 0
        self._broken = False
        self._clock = clock or SystemClock()
        self._whole: SearchEngine | None = None
        self.epoch = ""
        self.revision = 0

    @property
    def complete(self) -> bool:
        """Whether everything published has been loaded once."""
        return self._whole is not None

    @property
    def engine(self) -> SearchEngine:
        """The search over everything published.

        Raises:
            Unavailable: It is being filled: "not found" would be said of what has only not been loaded yet.
        """
        whole = self._whole
        if whole is None:
            raise Unavailable("the index is being built. 索引正在建立。")
        return whole

    @property
    def _is_filling(self) -> bool:
        """Whether the engine that is written to is not yet the one that is searched."""
        return self._whole is not self._engine

    def sync(self) -> bool:
        """Takes over what changed since the last call; true if anything did."""
        state = self._reads.state()
        # A smaller revision means that an older copy of the database was put back.
        if state.epoch != self.epoch or state.revision < self.revision:
            # Its ids may be other records' ids now.
            self._whole = None
            self._begin_anew(state.epoch)
        elif self._broken:
            self._begin_anew(state.epoch)
        before = self.revision
        if before != state.revision:
            self._engine.know_places(_place_names(self._reads.regions()))
            self._engine.know_terms(self._meanings())
        while self.revision < state.revision:
            # What came after the words were read is left to the next call, which reads them again.
            later = self._reads.changes_since(self.revision, BATCH)
            changes = [change for change in later if change.revision <= state.revision]
            if not changes:
                # Revisions of agencies, regions and words change no record.
                self.revision = state.revision
                break
            try:
                self._apply(changes)
            except (OSError, ValueError):
                # As tantivy says it where its files are gone or find no room: another engine may have some.
                self._broken = True
                raise
            self.revision = changes[-1].revision
        if self.revision != before or self._is_filling:
            self._engine.learn_fields()
        if self._is_filling:
            self._engine.forget_the_rest()
            self._whole = self._engine
        if self._unsaved >= SAVED_EVERY:
            self._save()
        return self.revision != before

    def prepare(self, seconds: float) -> bool:
        """Makes records ready to be read, for so long; whether any are left."""
        whole = self._whole
        return whole is not None and whole.prepare(seconds)

    def close(self) -> None:
        """Saves what is not saved yet and gives the engine up."""
        if self.complete and not self._is_filling and self._unsaved:
            self._save()
        self._whole = None
        self._engines.close()

    def _save(self) -> None:
        self._unsaved = 0
        self._engines.save(self._engine, self.epoch, self.revision)

    def _begin_anew(self, epoch: str) -> None:
        """Fills another engine."""
        self._engine = self._engines.open(epoch)
        self._engine.know_matters(self._embedder.name_vectors(public_matters()))
        self.epoch, self.revision, self._broken = epoch, 0, False

    def _meanings(self) -> dict[str, str]:
        """Official words for each everyday name; none where the item it stands for is not published."""
        known = ((term.key, self._meaning(term)) for term in self._wordings.terms())
        return {key: meaning for key, meaning in known if meaning}

    def _meaning(self, term: Term) -> str | None:
        if term.item is None:
            return term.means
        stored = self._reads.by_external_id("item", term.item)
        return stored.title if stored is not None and stored.status is Status.PUBLISHED else None

    def _apply(self, changes: Sequence[Change]) -> None:
        changed = {change.key for change in changes}
        records = self._reads.records(sorted(changed))
        published = [record for record in records.values() if record.status.answers]
        gone = changed - {record.key for record in published}
        if gone:
            self._unsaved += self._engine.remove(gone)
        if published:
            # Nobody searches yet who would have to wait for a large batch.
            together = BATCH if self._is_filling else TOGETHER
            passages = self._reads.passages([record.key for record in published])
            self._unsaved += self._engine.put(self._owners(published, passages), together)

    def owner(self, record: StoredRecord, passages: Sequence[StoredPassage]) -> IndexedOwner:
        """A record as the search holds it, which need not be in the catalogue."""
        (owner,) = self._owners([record], passages)
        return owner

    def _owners(
        self, records: Sequence[StoredRecord], passages: Sequence[StoredPassage]
    ) -> list[IndexedOwner]:
        vectors = self._embedder.vectors([passage.embed_text for passage in passages])
        places = _places_by_owner(passages)
        today = self._clock.today()
        return [
            _owner(
                record,
                today,
                [passages[place] for place in places.get(record.key, ())],
                vectors[places.get(record.key, [])],
                name_vectors,
                lines,
                line_vectors,
            )
            for record, name_vectors, (lines, line_vectors) in zip(
                records, self._name_vectors(records), self._lines(records, passages, places), strict=True
            )
        ]

    def _lines(
        self,
        records: Sequence[StoredRecord],
        passages: Sequence[StoredPassage],
        places: Mapping[RecordKey, Sequence[int]],
    ) -> list[tuple[list[Line], Vectors]]:
        lines = [lines_of([passages[place] for place in places.get(one.key, ())]) for one in records]
        vectors = self._embedder.vectors([line.text for own in lines for line in own])
        ends = np.cumsum([len(own) for own in lines])
        return list(zip(lines, np.split(vectors, ends[:-1]), strict=True))

    def _name_vectors(self, records: Sequence[StoredRecord]) -> list[Vectors]:
        names = [names_of(record.record) for record in records]
        vectors = self._embedder.name_vectors([name for own in names for name in own])
        ends = np.cumsum([len(own) for own in names])
        return np.split(vectors, ends[:-1])


def _place_names(regions: Iterable[Region]) -> dict[str, str]:
    """Names by which citizens know the installation's own regions; each is a part of its own."""
    return {name: region.name for region in regions for name in (region.name, *region.aliases)}


def _places_by_owner(passages: Iterable[StoredPassage]) -> dict[RecordKey, list[int]]:
    places: dict[RecordKey, list[int]] = {}
    for place, passage in enumerate(passages):
        places.setdefault(passage.key, []).append(place)
    return places


def _owner(
    record: StoredRecord,
    today: date,
    passages: Sequence[StoredPassage],
    vectors: Vectors,
    name_vectors: Vectors,
    lines: Sequence[Line],
    line_vectors: Vectors,
) -> IndexedOwner:
    content = record.record
    answers = answers_of(content)
    internal = record.status is Status.INTERNAL
    return IndexedOwner(
        key=record.key,
        external_id=record.external_id,
        title=record.title,
        agency=content.agency,
        region=content.region,
        effective_from=FOR_STAFF if internal else _first_day(content, today),
        effective_to=content.effective_to,
        names=other_names(content),
        years=partial(years_of, content),
        passages=passages,
        vectors=vectors,
        name_vectors=name_vectors,
        answered_at=tuple(answers.get(name) for name in names_of(content)) if answers else (),
        text=full_text(content) if isinstance(content, ServiceItem) else content.text,
        lines=lines,
        line_vectors=line_vectors,
        # What is learnt from known questions is learnt for everybody: not from what staff alone may read.
        asked=()
        if internal
        else tuple((name, field) for name, field in answers.items() if isinstance(field, str)),
    )


def _first_day(content: Document | ServiceItem, today: date) -> date | None:
    """The first day to come on which a record may be shown; None of one that may be shown already.

    Days do not come again, and to tell records apart by each day of the past would only make searches slow.
    """
    published = content.published_on if isinstance(content, Document) else None
    first = max((day for day in (published, content.effective_from) if day), default=None)
    return first if first is not None and first > today else None


class Follower:
    """A thread that syncs a replica again and again; a failure is logged and tried again.

    Between two looks it makes records ready to be read, for a fifth of the time.
    """

    def __init__(self, replica: Replica, interval_s: float = 0.25) -> None:
        self._replica = replica
        self._interval_s = interval_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="catalogue-follower", daemon=True)

    def start(self) -> None:
        """Begins to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; returns when it has ended."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _waited(self, seconds: float) -> bool:
        """Waits, and works a little meanwhile; whether it is to stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            more = self._replica.prepare(PREPARING_S)
            if self._stop.wait(min(left, 4 * PREPARING_S if more else left)):
                return True
        return self._stop.is_set()

    def _run(self) -> None:
        failures = 0
        while not self._waited(self._interval_s * min(2**failures, 40)):
            try:
                if self._replica.sync():
                    log.info("catalogue followed", extra={"revision": self._replica.revision})
                failures = 0
            except Exception as error:
                # Whatever it was (database away, disk full), the next round starts from the same revision.
                failures += 1
                name = error.code if isinstance(error, WeizhengError) else type(error).__name__
                log.error("catalogue not followed", extra={"error_name": name, "failures": failures})
