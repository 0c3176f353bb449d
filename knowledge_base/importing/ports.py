"""What an import needs of the catalogue, the embedding cache and the cutting into passages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from core.catalogue.bundles import Bundle
from core.catalogue.keys import Kind
from core.catalogue.models import Agency, Document, Region, ServiceItem, Status
from core.catalogue.records import NewPassage, Outcome, PutResult, StoredRecord

Content = Document | ServiceItem
Batch = Sequence[tuple[Content, Sequence[NewPassage], Status | None]]
Progress = Callable[[int, int], None]


class Reads(Protocol):
    """What is in the catalogue already."""

    def by_external_id(self, kind: Kind, external_id: str) -> StoredRecord | None: ...

    def known(self, kind: Kind, external_ids: Collection[str]) -> set[str]: ...

    def agencies(self) -> Sequence[Agency]: ...

    def internal(self) -> set[tuple[Kind, str]]: ...


class Writes(Protocol):
    """Changes to the catalogue; each call is one transaction. A status of None keeps what is there."""

    def is_unchanged(self, record: Content, status: Status | None) -> bool: ...

    def put_many(self, batch: Batch) -> Sequence[PutResult]: ...

    def put_agency(self, record: Agency) -> Outcome: ...

    def put_region(self, record: Region) -> Outcome: ...

    def put_bundle(self, record: Bundle) -> Outcome: ...


class Vectors(Protocol):
    """Computes the vectors of texts and keeps them, so that no text is computed twice."""

    def vectors(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> object:
        """Vectors of all texts; tells after each batch how many more there are."""
        ...

    def name_vectors(self, names: Sequence[str]) -> object:
        """Vectors of all names."""
        ...


class Chunk(Protocol):
    """Cuts a record into passages."""

    def __call__(self, record: Content, title: str) -> Sequence[NewPassage]: ...
