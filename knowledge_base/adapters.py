"""The catalogue and the search engine as the answer steps want to see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from core.answering import Aspect
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Agency, Region
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredRecord
from core.catalogue.wordings import Wordings
from knowledge_base.answer.ports import Candidate, Found, FoundLine, FoundPassage, Pinned, Published
from knowledge_base.contract import Target
from knowledge_base.remembering import Remembering
from knowledge_base.search.engine import RankedPassage, SearchEngine, SearchResult

# Enough passages for a reading of several documents; the evaluation ranks the first ten documents.
PASSAGES = 50
# Tens of kilobytes each. What is asked most is asked in the same words, from the titles that pages offer.
REMEMBERED = 512
# A tenth of a cosine is as much as all words, in a model whose cosines lie within .85 and .95.
WORDS_SAY = 0.1


def target_of(key: RecordKey) -> Target:
    """The wire form of a record's key."""
    return Target(kind=key.kind, id=key.id)


def key_of(target: Target) -> RecordKey:
    """The catalogue's form of a target."""
    return RecordKey(target.kind, target.id)


class CatalogueAdapter:
    """`answer.ports.Catalogue` over the SQL catalogue.

    Args:
        internal: Staff ask, to whom what is for them alone exists as well.
    """

    def __init__(self, reads: CatalogueReads, wordings: Wordings, *, internal: bool = False) -> None:
        self._reads = reads
        self._wordings = wordings
        self._internal = internal

    def published(self, target: Target) -> Published | None:
        """The record as it stands now."""
        return self._published(self._reads.record(key_of(target)))

    def agency(self, name: str) -> Agency | None:
        """An agency by external id, name or alias."""
        return self._reads.agency(name)

    def regions(self) -> Sequence[Region]:
        """Every region the installation knows."""
        return self._reads.regions()

    def by_external_id(self, kind: Kind, external_id: str) -> Published | None:
        """A record by the name its agency gave it."""
        return self._published(self._reads.by_external_id(kind, external_id))

    def _published(self, stored: StoredRecord | None) -> Published | None:
        if stored is None or (stored.record.internal and not self._internal):
            return None
        return Published(target_of(stored.key), stored.version, stored.record)

    def pinned(self, question: str) -> Pinned | None:
        """The fixed answer to exactly this question; None where it leads to a record that is gone."""
        pin = self._wordings.pinned(question)
        if pin is None:
            return None
        target = None
        if pin.target is not None:
            led_to = self.by_external_id(*pin.target)
            if led_to is None:
                return None
            target = led_to.target
        return Pinned(
            external_id=f"pin:{pin.question}",
            title=pin.title or pin.question,
            answer=pin.answer or "",
            url=pin.source_url,
            target=target,
            aspect=pin.aspect,
        )

    def shown(self, targets: Collection[Target], region: str | None, today: date) -> Mapping[Target, int]:
        """The targets that may be shown, with their version."""
        keys = [key_of(target) for target in targets]
        shown = self._reads.shown(keys, region, today, internal=self._internal)
        return {target_of(key): version for key, version in shown.items()}


@dataclass(frozen=True)
class _Searches:
    """What was found in one state of the index."""

    state: object
    remembered: Remembering[Found] = field(default_factory=lambda: Remembering(REMEMBERED))


class FinderAdapter:
    """`answer.ports.Finder` over the search engine that is in use at the moment of the question.

    Each question is searched for once in each state of the index. Nothing that leaves is taken from memory
    alone: what an answer names is checked against the database.

    Args:
        internal: As for `CatalogueAdapter`.
    """

    def __init__(self, engine: Callable[[], SearchEngine], *, internal: bool = False) -> None:
        self._engine = engine
        self._internal = internal
        self._searches = _Searches(object())

    def leans_on(self, message: str, target: Target) -> tuple[float, float] | None:
        """How near a message is to a record, and to public matters that are not its own."""
        return self._engine().leans_on(message, key_of(target))

    def fields(self, message: str) -> dict[Aspect, float]:
        """How surely a message asks for each field of a guide."""
        return {Aspect(field): sure for field, sure in self._engine().fields(message).items()}

    def lines(self, question: str, asking: Sequence[str], target: Target) -> list[FoundLine]:
        """The sentences of a guide with what each says to a question."""
        found = self._engine().lines(question, asking, key_of(target))
        return [FoundLine(line.field, line.text, says) for line, says in found]

    def find(
        self,
        question: str,
        *,
        matter: str | None,
        region: str | None,
        today: date,
        as_of: date,
        hidden: frozenset[Target] = frozenset(),
    ) -> Found:
        """Candidates with their confidence, and passages."""
        engine = self._engine()
        search = partial(
            engine.search,
            question,
            matter=matter,
            region=region,
            today=today,
            as_of=as_of,
            k=PASSAGES,
            hidden=[key_of(target) for target in hidden],
            internal=self._internal,
        )
        # Each read once: meanwhile another thread may search another engine.
        searches, state = self._searches, engine.state
        if searches.state is not state:
            # What was found before holds on to records that may be gone.
            searches = self._searches = _Searches(state)
        key = (question, matter, region, today, as_of, hidden)
        return searches.remembered.get(key, lambda: found_of(search()))


class Quotable:
    """`answer.ports.Passages` over what a search gave."""

    def __init__(self, result: SearchResult) -> None:
        self._result = result

    def of(self, target: Target) -> Sequence[FoundPassage]:
        """Of one record, best first."""
        return [_passage(one) for one in self._result.passages_of(key_of(target))]

    def ranked(self) -> Sequence[FoundPassage]:
        """Of all records in the order in which they are read."""
        return [_passage(one) for one in self._result.passages]


def found_of(result: SearchResult) -> Found:
    """What a search gave as the answer steps want to see it."""
    candidates = [
        Candidate(
            target_of(owner.key),
            owner.external_id,
            owner.title,
            owner.agency,
            owner.confidence,
            owner.signals.cosine + WORDS_SAY * owner.signals.covered,
            owner.signals.nearness,
            owner.signals.sort == "text",
            owner.signals.figures,
        )
        for owner in result.owners
    ]
    return Found(candidates, Quotable(result))


def _passage(one: RankedPassage) -> FoundPassage:
    return FoundPassage(
        one.passage_id,
        target_of(one.key),
        one.field,
        one.heading,
        one.text,
        one.score,
        one.asked,
        one.start,
        one.end,
    )
