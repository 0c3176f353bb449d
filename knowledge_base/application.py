"""The knowledge base as one object: the same behind the service, the commands and the evaluation."""

from __future__ import annotations

import base64
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from core.answering import AnswerStatus
from core.catalogue.reads import CatalogueReads
from core.catalogue.wordings import Wordings
from core.clock import Clock, SystemClock
from core.database.engine import open_engine, reading
from core.database.migrate import require_current
from core.errors import Conflict
from core.settings import Settings
from knowledge_base.adapters import CatalogueAdapter, FinderAdapter, key_of
from knowledge_base.answer.answerer import Answerer
from knowledge_base.answer.decide import Thresholds
from knowledge_base.contract import (
    AnswerReply,
    AnswerRequest,
    EmbedReply,
    EmbedRequest,
    SearchHit,
    SearchReply,
    SearchRequest,
    ServiceState,
    Target,
)
from knowledge_base.editing.drafts import Draft, find_draft
from knowledge_base.embedding.batching import TOGETHER, BatchingEmbedder
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.loading import open_embedder
from knowledge_base.embedding.port import Embedder
from knowledge_base.replica import Follower, Replica
from knowledge_base.saved_engines import SavedEngines
from knowledge_base.trial.trying import Trying, View
from knowledge_base.trial.wire import DraftRef, TrialReply, TrialRequest

# Characters; the longest of 860 questions has 53.
_EXPECTED = 60


@dataclass(frozen=True, slots=True)
class Examined:
    """A question's answer with what led to it, for evaluation.

    Attributes:
        passages: In rank order, those of the document answered from first.
        text: What is read from the record answered from, else from the best candidate, whatever the status.
        confidence: That of the best candidate; null where nothing was found or searched for.
    """

    status: AnswerStatus
    passages: Sequence[tuple[str, str]]
    text: str
    confidence: float | None


class KnowledgeBase:
    """Implements `service.port.Knowledge`; safe to call from several threads.

    Args:
        follow: Keep up with changes in the background.
        saved_under: Where its index is saved for the next start; None keeps it in memory.
    """

    def __init__(
        self,
        database: Engine,
        embedder: Embedder,
        clock: Clock,
        hotline: str,
        *,
        follow: bool,
        thresholds: Thresholds | None = None,
        saved_under: Path | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._reads = CatalogueReads(database)
        # What is embedded for staff is not kept for citizens' questions, and does not wait for them.
        self._model = embedder
        self._embedder = embedder = BatchingEmbedder(embedder)
        wordings = Wordings(database)
        self._replica = Replica(
            self._reads,
            wordings,
            CachedEmbedder(embedder, database),
            SavedEngines(embedder, saved_under),
            clock,
        )
        catalogue = CatalogueAdapter(self._reads, wordings)
        finder = FinderAdapter(lambda: self._replica.engine)
        sure = thresholds or Thresholds()
        self._answerer = Answerer(catalogue, finder, clock, hotline, sure)
        staff = View(
            CatalogueAdapter(self._reads, wordings, internal=True),
            FinderAdapter(lambda: self._replica.engine, internal=True),
        )
        self._trying = Trying(
            self._replica, self._reads, View(catalogue, finder), staff, clock, hotline, sure
        )
        self._replica.sync()
        self._follower = Follower(self._replica) if follow else None
        if self._follower:
            self._follower.start()

    def answer(self, request: AnswerRequest) -> AnswerReply:
        """One question to one reply.

        Raises:
            DeadlineExceeded: The time was up.
            Unavailable: A search was needed, and the index is being built.
        """
        return self._answerer.answer(request)

    def expect(self, request: AnswerRequest) -> None:
        """Takes note of a question that waits for its turn: it is embedded along with another.

        A text more of like length costs a quarter of what one alone does; with a long one all would be slow.
        Where what is searched for turns out to be other than what was written, it was in vain.

        Raises:
            Unavailable: The index is being built.
        """
        if 0 < len(request.question) <= _EXPECTED:
            self._embedder.expect(self._replica.engine.searched_for(request.question))

    def look_ahead(self, request: AnswerRequest) -> None:
        """Searches for what is about to be asked, so that it is known by then.

        Raises:
            As `answer`.
        """
        self._answerer.look_ahead(request)

    def examine(self, question: str, hidden_external_ids: Collection[str] = ()) -> Examined:
        """Answers as `answer` does, with these documents hidden, and tells what was found."""
        hidden = frozenset(
            Target(kind=stored.key.kind, id=stored.key.id)
            for external_id in hidden_external_ids
            if (stored := self._reads.by_external_id("document", external_id)) is not None
        )
        turn, reply = self._answerer.run(AnswerRequest(question=question, deadline_ms=60_000), hidden)
        text = self._answerer.best_text(turn)
        candidates = turn.found.candidates
        confidence = candidates[0].confidence if candidates else None
        names = {candidate.target: candidate.external_id for candidate in candidates}
        passages = turn.found.passages.ranked()
        ranked = [(p.target, (names[p.target], p.text)) for p in passages if p.target in names]
        if reply.target is None or not text or (ranked and ranked[0][0] == reply.target):
            return Examined(reply.status, [passage for _, passage in ranked], text, confidence)
        first = [passage for target, passage in ranked if target == reply.target]
        if not first:
            # A fixed answer leads to records that the search does not find, or that are not searched for.
            stored = self._reads.record(key_of(reply.target))
            first = [(stored.external_id, text)] if stored else []
        others = [passage for target, passage in ranked if target != reply.target]
        return Examined(reply.status, [*first, *others], text, confidence)

    def try_out(self, request: TrialRequest) -> TrialReply:
        """What each question would be answered with, on what is published or with a draft.

        Raises:
            Conflict: The draft is another one by now, or gone.
            As `answer`.
        """
        draft = self._draft(request.draft) if request.draft else None
        return self._trying.run(request.questions, draft, internal=request.internal)

    def _draft(self, wanted: DraftRef) -> Draft:
        with reading(self._database) as connection:
            draft = find_draft(connection, wanted.kind, wanted.external_id)
        if draft is None or draft.mark != wanted.mark:
            raise Conflict("another draft", public_message="草稿在此期间有改动，请刷新后再试。")
        return draft

    def search(self, request: SearchRequest) -> SearchReply:
        """The best passages of what may be shown now.

        Raises:
            Unavailable: The index is being built.
        """
        started = time.monotonic()
        today = self._clock.today()
        result = self._replica.engine.search(request.text, region=request.region, today=today, k=request.k)
        shown = self._reads.shown({p.key for p in result.passages}, request.region, today)
        owners = {owner.key: owner for owner in result.owners}
        hits = [
            SearchHit(
                passage_id=passage.passage_id,
                document_id=passage.key.id if passage.key.kind == "document" else None,
                item_id=passage.key.id if passage.key.kind == "item" else None,
                external_id=owners[passage.key].external_id,
                title=owners[passage.key].title,
                agency=owners[passage.key].agency,
                heading=passage.heading,
                text=passage.text,
                score=passage.score,
            )
            for passage in result.passages
            if passage.key in shown
        ]
        return SearchReply(hits=hits, took_ms=round((time.monotonic() - started) * 1000, 2))

    def embed(self, request: EmbedRequest) -> EmbedReply:
        """Vectors of texts, as questions are embedded; a few at once, so that a question gets in between."""
        some = [request.texts[start : start + TOGETHER] for start in range(0, len(request.texts), TOGETHER)]
        vectors = np.vstack([self._model.queries(texts) for texts in some])
        packed = base64.b64encode(vectors.astype("<f4").tobytes()).decode("ascii")
        return EmbedReply(model=self._model.digest, dimension=self._model.dimension, vectors=packed)

    def state(self) -> ServiceState:
        """Loaded epoch and revision beside the catalogue's."""
        catalogue = self._reads.state()
        counts = self._reads.counts()
        return ServiceState(
            epoch=self._replica.epoch,
            revision=self._replica.revision,
            catalogue_revision=catalogue.revision,
            documents=counts.documents,
            items=counts.items,
            passages=counts.passages,
            model=self._embedder.name,
            dimension=self._embedder.dimension,
            ready=self._replica.complete,
        )

    def is_ready(self) -> bool:
        """Whether the index holds the whole catalogue."""
        return self._replica.complete

    def is_prepared(self) -> bool:
        """Whether no record is left whose first question would wait for its sentences to be found."""
        return not self._replica.prepare(0.0)

    def close(self) -> None:
        """Stops following and frees the database."""
        if self._follower:
            self._follower.stop()
        self._replica.close()
        self._database.dispose()


def open_knowledge_base(settings: Settings, *, follow: bool) -> KnowledgeBase:
    """The knowledge base of an installation.

    Args:
        follow: Keep up with changes in the background; a command that runs once needs none of it.

    Raises:
        SchemaOutdated: The database was made by another version.
        BadInput: The embedding model cannot be loaded.
    """
    database = open_engine(settings.database_url)
    require_current(database)
    return KnowledgeBase(
        database,
        open_embedder(settings),
        SystemClock(settings.zone),
        settings.hotline,
        follow=follow,
        thresholds=Thresholds(settings.answer_threshold, settings.clarify_threshold),
        saved_under=settings.home / "index",
    )
