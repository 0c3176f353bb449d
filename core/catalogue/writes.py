"""Changes to the catalogue: each takes the next number of the one-row counter in its own transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine

from core.catalogue.bundle_register import put_bundle
from core.catalogue.bundles import Bundle
from core.catalogue.keys import Kind
from core.catalogue.links import as_replaced
from core.catalogue.models import Agency, Region, Status
from core.catalogue.payloads import kind_of
from core.catalogue.record_writer import Record, RecordWriter, mark_of, settled, stored
from core.catalogue.records import NewPassage, Outcome, PutResult, StoredRecord
from core.catalogue.registers import put_agency, put_region
from core.catalogue.revision import changing
from core.clock import SHANGHAI, Clock, SystemClock
from core.database.engine import reading

# Whoever imports has a shell on the machine, and no account.
IMPORTER = "@import"
Batch = Sequence[tuple[Record, Sequence[NewPassage], Status | None]]


class CatalogueWrites:
    """Writes to one database; safe to use from several processes at once.

    Args:
        cutting: Number of the rules by which the passages were cut that it is given. A record that was cut
            by others is written again, though its content be the same, and its version stays.
    """

    def __init__(self, engine: Engine, clock: Clock | None = None, *, cutting: int = 0) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._cutting = cutting

    def is_unchanged(self, record: Record, status: Status | None) -> bool:
        """Whether `put` would change nothing."""
        today = self._clock.now().astimezone(SHANGHAI).date()
        with reading(self._engine) as connection:
            row = stored(connection, kind_of(record), record.external_id)
            if row is None:
                return False
            record, status = settled(record, Status(row.status), status)
            mark = mark_of(as_replaced(connection, record, today), self._cutting)
        return (row.content_hash, row.status) == (mark, status)

    def put(self, record: Record, passages: Sequence[NewPassage], status: Status | None) -> PutResult:
        """Writes a record with its passages; the same content and status again changes nothing."""
        return self.put_many([(record, passages, status)])[0]

    def put_many(self, batch: Batch) -> list[PutResult]:
        """Writes several records in one transaction, each with a revision of its own.

        A status of None keeps that of a known record, as it is inside the transaction; a new one is a draft.
        """
        with self._writing() as writer:
            return [writer.put(*entry) for entry in batch]

    def recut(self, record: StoredRecord, passages: Sequence[NewPassage]) -> bool:
        """Replaces the passages of a record as it was read; its version and status stay.

        Returns: False where it has another content by now, so that these are not its passages.
        """
        with self._writing() as writer:
            return writer.recut(record, passages)

    def set_status(self, kind: Kind, external_id: str, status: Status) -> PutResult:
        """Publishes or withdraws a record as it is; its version stays.

        Raises:
            NotFound: No such record.
        """
        with self._writing() as writer:
            return writer.set_status(kind, external_id, status)

    def withdraw(self, kind: Kind, external_id: str) -> PutResult:
        """Takes a record out of every answer; it stays in the catalogue.

        Raises:
            NotFound: No such record.
        """
        return self.set_status(kind, external_id, Status.WITHDRAWN)

    def delete(self, kind: Kind, external_id: str) -> None:
        """Removes a record with its passages and versions and leaves a tombstone for the replicas.

        Raises:
            NotFound: No such record.
        """
        with self._writing() as writer:
            writer.delete(kind, external_id)

    @contextmanager
    def _writing(self) -> Iterator[RecordWriter]:
        with changing(self._engine) as connection:
            yield RecordWriter(connection, self._clock.now(), IMPORTER, self._cutting)

    def put_agency(self, record: Agency) -> Outcome:
        """Writes an agency; names that it had before stay with it."""
        with changing(self._engine) as connection:
            return put_agency(connection, record)

    def put_bundle(self, record: Bundle) -> Outcome:
        """Writes a bundle."""
        with changing(self._engine) as connection:
            return put_bundle(connection, record)

    def put_region(self, record: Region) -> Outcome:
        """Writes a region."""
        with changing(self._engine) as connection:
            return put_region(connection, record)
