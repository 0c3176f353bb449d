"""What the answer steps need of the catalogue and of the search."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.answering import Aspect
from core.catalogue.keys import Kind
from core.catalogue.models import Agency, Document, Region, ServiceItem
from knowledge_base.contract import Target


@dataclass(frozen=True, slots=True)
class Published:
    """A record as it stands in the catalogue now, with its internal id and version."""

    target: Target
    version: int
    record: Document | ServiceItem


@dataclass(frozen=True, slots=True)
class Pinned:
    """A fixed answer: its words and their source, or the record that answers and which field of it."""

    external_id: str
    title: str
    answer: str = ""
    url: str | None = None
    target: Target | None = None
    aspect: Aspect | None = None


class Catalogue(Protocol):
    """Reads of the catalogue; the truth, never a cache."""

    def published(self, target: Target) -> Published | None:
        """The record, or None where it does not exist."""
        ...

    def agency(self, name: str) -> Agency | None:
        """An agency by external id, name or alias."""
        ...

    def regions(self) -> Sequence[Region]:
        """Every region the installation knows."""
        ...

    def by_external_id(self, kind: Kind, external_id: str) -> Published | None:
        """A record by the name its agency gave it, or None where it does not exist."""
        ...

    def pinned(self, question: str) -> Pinned | None:
        """The fixed answer to exactly this question."""
        ...

    def shown(self, targets: Collection[Target], region: str | None, today: date) -> Mapping[Target, int]:
        """Of these targets those that are published, in force and hold for the region, with their version."""
        ...


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage in rank order; `asked` as in `RankedPassage`."""

    passage_id: int
    target: Target
    field: str
    heading: str
    text: str
    score: float
    asked: float = 0.0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A sentence of one field of a guide; `says` compares the lines of one guide, the higher the better."""

    field: str
    text: str
    says: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document or service item that may hold the answer.

    Attributes:
        confidence: Probability that it does, 0 to 1.
        says: How much of the question it says, in meaning and in words.
        score: How near its nearest name is; of guides, FAQ and known questions on one scale.
        is_text: It is a long text, no guide and no FAQ.
        figures: Gives what the confidence was read from, by name, for whoever looks into it.
    """

    target: Target
    external_id: str
    title: str
    agency: str | None
    confidence: float
    says: float = 0.0
    score: float = 0.0
    is_text: bool = False
    figures: Callable[[], Mapping[str, float]] = dict


class Passages(Protocol):
    """What may be quoted of the records that were found. Each look takes time: ask for what is needed."""

    def of(self, target: Target) -> Sequence[FoundPassage]:
        """Of one record, best first."""
        ...

    def ranked(self) -> Sequence[FoundPassage]:
        """Of all records in the order in which they are read."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """Passages that are known, in the order in which they are read."""

    passages: Sequence[FoundPassage] = ()

    def of(self, target: Target) -> Sequence[FoundPassage]:
        """Of one record, best first."""
        return [one for one in self.passages if one.target == target]

    def ranked(self) -> Sequence[FoundPassage]:
        """All of them."""
        return self.passages


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: candidates, best first, and their passages."""

    candidates: Sequence[Candidate] = ()
    passages: Passages = Listed()


class Finder(Protocol):
    """Search over what is published."""

    def leans_on(self, message: str, target: Target) -> tuple[float, float] | None:
        """How near a message is to a record, and to the nearest public matter that is not its own.

        Two cosines; None where that cannot be told.
        """
        ...

    def fields(self, message: str) -> Mapping[Aspect, float]:
        """How surely a message asks for each field of a guide, about 0 to 1, learnt from known questions."""
        ...

    def lines(self, question: str, asking: Sequence[str], target: Target) -> Sequence[FoundLine]:
        """The sentences of a guide with what each says to a question, of which the clauses `asking` ask."""
        ...

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
        """Candidates for a question among what holds on `as_of`; `hidden` targets are treated as absent.

        `matter` is the question without the district of `region`, where it names that.
        """
        ...
