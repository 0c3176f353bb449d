"""Answers questions by the one way there is, on what is published or with a draft in its record's place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Final, Protocol

from core.catalogue.documents import record_title
from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredPassage, StoredRecord
from core.clock import Clock
from knowledge_base.adapters import CatalogueAdapter, FinderAdapter, key_of, target_of
from knowledge_base.answer.answerer import Answerer
from knowledge_base.answer.decide import Thresholds
from knowledge_base.contract import AnswerReply, AnswerRequest, Target
from knowledge_base.editing.drafts import Draft
from knowledge_base.passages.chunk import chunk
from knowledge_base.search.engine import IndexedOwner, SearchEngine
from knowledge_base.trial.overlay import Tried, TriedCatalogue, TriedFinder
from knowledge_base.trial.wire import TrialAnswer, TrialCandidate, TrialPassage, TrialQuestion, TrialReply

_CANDIDATES: Final = 5
_PASSAGES: Final = 5
_DEADLINE_MS: Final = 8_000
# Beyond every number that a database gives; each trial has numbers of its own.
_FIRST_NUMBER: Final = 1 << 52
_MOST_PASSAGES: Final = 1 << 24
_numbers = itertools.count()


class Index(Protocol):
    """The search as it is kept up to date (`replica.Replica`)."""

    @property
    def engine(self) -> SearchEngine:
        """The search over everything published."""
        ...

    def owner(self, record: StoredRecord, passages: Sequence[StoredPassage]) -> IndexedOwner:
        """A record as the search holds it."""
        ...


@dataclass(frozen=True)
class View:
    """What somebody who asks may be answered from."""

    catalogue: CatalogueAdapter
    finder: FinderAdapter


@dataclass(frozen=True)
class Trying:
    """Trials over one replica; safe for several threads.

    Attributes:
        citizens, staff: What each of them may be answered from.
    """

    index: Index
    reads: CatalogueReads
    citizens: View
    staff: View
    clock: Clock
    hotline: str
    thresholds: Thresholds

    def run(
        self, questions: Sequence[TrialQuestion], draft: Draft | None = None, *, internal: bool = False
    ) -> TrialReply:
        """What each question would be answered with.

        A draft that is to hold from a later day on is tried as if it held already.

        Args:
            internal: Staff ask: also from what is for them alone.

        Raises:
            Unavailable: The index is being built.
        """
        view = self.staff if internal else self.citizens
        if draft is None:
            return self._reply(questions, view, None)
        with self._tried(draft, internal=internal) as tried:
            return self._reply(questions, view, tried)

    @contextmanager
    def _tried(self, draft: Draft, *, internal: bool) -> Iterator[Tried]:
        number = _FIRST_NUMBER + next(_numbers) * _MOST_PASSAGES
        stored = self.reads.by_external_id(draft.kind, draft.external_id)
        key, title = RecordKey(draft.kind, number), record_title(draft.content)
        version = (stored.version if stored else 0) + 1
        record = StoredRecord(key, draft.external_id, version, 0, Status.PUBLISHED, title, draft.content)
        passages = [
            StoredPassage(id=number + ordinal, key=key, **asdict(passage))
            for ordinal, passage in enumerate(chunk(draft.content, title))
        ]
        owner = self.index.owner(record, passages)
        # What is learnt from known questions is learnt for everybody: not from a draft.
        with self.index.engine.tried(replace(owner, asked=())):
            twin = target_of(stored.key) if stored else None
            yield Tried(
                target_of(key),
                draft.content,
                version,
                twin,
                self._ended(draft.content),
                is_shown=internal or not draft.content.internal,
                internal=internal,
            )

    def _ended(self, content: Document | ServiceItem) -> frozenset[Target]:
        named = content.replaces if isinstance(content, Document) else ()
        found = (self.reads.by_external_id("document", external_id) for external_id in named)
        # What staff alone see ends nothing that citizens see.
        ended = (one for one in found if one is not None and (one.record.internal or not content.internal))
        return frozenset(target_of(one.key) for one in ended)

    def _answerer(self, view: View, tried: Tried | None) -> Answerer:
        if tried is None:
            return Answerer(view.catalogue, view.finder, self.clock, self.hotline, self.thresholds)
        catalogue = TriedCatalogue(view.catalogue, tried)
        finder = TriedFinder(view.finder, self.index.engine, tried)
        return Answerer(catalogue, finder, self.clock, self.hotline, self.thresholds)

    def _reply(self, questions: Sequence[TrialQuestion], view: View, tried: Tried | None) -> TrialReply:
        answerer = self._answerer(view, tried)
        return TrialReply(
            day=self.clock.today(),
            answer_threshold=self.thresholds.answer,
            clarify_threshold=self.thresholds.clarify,
            answers=[self._answer(asked, answerer, view, tried) for asked in questions],
        )

    def _answer(
        self, asked: TrialQuestion, answerer: Answerer, view: View, tried: Tried | None
    ) -> TrialAnswer:
        request = AnswerRequest(question=asked.question, region=asked.region, deadline_ms=_DEADLINE_MS)
        turn, reply = answerer.run(request)
        own = tried.target if tried else None
        found = turn.found.candidates[:_CANDIDATES]
        names = {one.target: one.external_id for one in turn.found.candidates}
        return TrialAnswer(
            question=asked.question,
            reply=reply,
            answered_from=self._external_id(reply.target, tried),
            is_internal=view is self.staff and self._is_internal(reply, tried),
            is_draft=reply.target is not None and reply.target == own,
            searched_for=self.index.engine.searched_for(turn.question),
            pinned=view.catalogue.pinned(turn.question) is not None,
            candidates=[
                TrialCandidate(
                    kind=one.target.kind,
                    external_id=one.external_id,
                    title=one.title,
                    agency=one.agency,
                    confidence=one.confidence,
                    is_draft=one.target == own,
                    signals=dict(one.figures()),
                )
                for one in found
            ],
            passages=[
                TrialPassage(
                    kind=one.target.kind,
                    external_id=names[one.target],
                    heading=one.heading,
                    text=one.text,
                    start=one.start,
                    end=one.end,
                    is_draft=one.target == own,
                )
                for one in itertools.islice(turn.found.passages.ranked(), _PASSAGES)
            ],
        )

    def _is_internal(self, reply: AnswerReply, tried: Tried | None) -> bool:
        """Whether anything that a reply names is for staff alone."""
        named = {_target(one) for one in reply.versions}
        if tried is not None and tried.record.internal and tried.target in named:
            return True
        held = self.reads.records([key_of(target) for target in named])
        return any(stored.record.internal for stored in held.values())

    def _external_id(self, target: Target | None, tried: Tried | None) -> str | None:
        if target is None:
            return None
        if tried is not None and target == tried.target:
            return tried.record.external_id
        stored = self.reads.record(key_of(target))
        return stored.external_id if stored else None


def _target(named: str) -> Target:
    """What `AnswerReply.versions` calls it."""
    kind, _, number = named.partition(":")
    return Target.model_validate({"kind": kind, "id": number})
