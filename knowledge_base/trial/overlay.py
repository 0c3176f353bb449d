"""Catalogue and search as they would be with one draft published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.answering import Aspect
from core.catalogue.keys import Kind
from core.catalogue.models import Agency, Document, Region, ServiceItem
from core.catalogue.regions import holds_for
from knowledge_base.adapters import PASSAGES, found_of, key_of
from knowledge_base.answer.ports import Catalogue, Finder, Found, FoundLine, Pinned, Published
from knowledge_base.contract import Target
from knowledge_base.search.engine import SearchEngine


@dataclass(frozen=True)
class Tried:
    """A draft that stands in its record's place.

    Attributes:
        target: What the draft is known by while it is tried.
        twin: The record as it is published; None of a new one.
        ended: What the draft replaces; it is as if it had ended already.
        is_shown: Whoever asks may see it: citizens do not see what is for staff alone.
        internal: Staff ask.
    """

    target: Target
    record: Document | ServiceItem
    version: int
    twin: Target | None
    ended: frozenset[Target] = frozenset()
    is_shown: bool = True
    internal: bool = False


class TriedCatalogue:
    """`answer.ports.Catalogue` with a draft in its record's place."""

    def __init__(self, catalogue: Catalogue, tried: Tried) -> None:
        self._catalogue = catalogue
        self._tried = tried

    def published(self, target: Target) -> Published | None:
        """The record, or the draft."""
        if target in (self._tried.target, self._tried.twin):
            return Published(self._tried.target, self._tried.version, self._tried.record)
        return self._catalogue.published(target)

    def agency(self, name: str) -> Agency | None:
        """An agency by external id, name or alias."""
        return self._catalogue.agency(name)

    def regions(self) -> Sequence[Region]:
        """Every region the installation knows."""
        return self._catalogue.regions()

    def by_external_id(self, kind: Kind, external_id: str) -> Published | None:
        """A record by the name its agency gave it."""
        if (kind, external_id) == (self._tried.target.kind, self._tried.record.external_id):
            return self.published(self._tried.target)
        return self._catalogue.by_external_id(kind, external_id)

    def pinned(self, question: str) -> Pinned | None:
        """The fixed answer to exactly this question; where it leads to the record it leads to the draft."""
        pin = self._catalogue.pinned(question)
        if pin is None or pin.target is None or pin.target != self._tried.twin:
            return pin
        return replace(pin, target=self._tried.target)

    def shown(self, targets: Collection[Target], region: str | None, today: date) -> Mapping[Target, int]:
        """The targets that may be shown, with their version."""
        own = {self._tried.target, self._tried.twin, *self._tried.ended}
        shown = dict(
            self._catalogue.shown([target for target in targets if target not in own], region, today)
        )
        holds = self._tried.is_shown and _holds(self._tried.record, region, today)
        if holds and self._tried.target in targets:
            shown[self._tried.target] = self._tried.version
        return shown


def _holds(record: Document | ServiceItem, region: str | None, today: date) -> bool:
    """Whether a draft would be shown there, were it published and its first day come.

    Only the draft's: what others hold back until their day is not shown to whoever dates a draft that late.
    """
    ended = record.effective_to is not None and record.effective_to < max([today, *_first_days(record)])
    return not ended and holds_for(record.region, region)


def _first_days(record: Document | ServiceItem) -> list[date]:
    published = record.published_on if isinstance(record, Document) else None
    return [day for day in (published, record.effective_from) if day]


class TriedFinder:
    """`answer.ports.Finder` that also finds a draft; remembers nothing."""

    def __init__(self, finder: Finder, engine: SearchEngine, tried: Tried) -> None:
        self._finder = finder
        self._engine = engine
        self._tried = tried

    def leans_on(self, message: str, target: Target) -> tuple[float, float] | None:
        """How near a message is to a record, and to public matters that are not its own."""
        return self._finder.leans_on(message, target)

    def fields(self, message: str) -> Mapping[Aspect, float]:
        """How surely a message asks for each field of a guide."""
        return self._finder.fields(message)

    def lines(self, question: str, asking: Sequence[str], target: Target) -> Sequence[FoundLine]:
        """The sentences of a guide with what each says to a question."""
        return self._finder.lines(question, asking, target)

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
        """Candidates with their confidence, and passages; the record that the draft replaces is none."""
        absent = hidden | self._tried.ended | ({self._tried.twin} if self._tried.twin else set())
        return found_of(
            self._engine.search(
                question,
                matter=matter,
                region=region,
                today=today,
                as_of=as_of,
                k=PASSAGES,
                hidden=[key_of(target) for target in absent],
                trial=key_of(self._tried.target),
                internal=self._tried.internal,
            )
        )
