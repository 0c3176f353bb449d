"""Changes to the catalogue: each takes the next number of the one-row counter in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, delete, insert, select, update

from core.catalogue.documents import other_names, record_title
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Agency, Document, Region, ServiceItem, Status
from core.catalogue.payloads import content_hash, from_payload, kind_of, to_payload
from core.catalogue.records import NewPassage, Outcome, PutResult, StoredRecord
from core.catalogue.revision import changing, next_revision
from core.catalogue.tables import RECORDS, agency, passage, region, tombstone
from core.clock import Clock, SystemClock
from core.database.engine import reading
from core.errors import NotFound
from core.text.normalise import fold

Record = Document | ServiceItem
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
        mark = self._mark(record)
        with reading(self._engine) as connection:
            row = _stored(connection, RECORDS[kind_of(record)], record.external_id)
        return row is not None and (row.content_hash, row.status) == (mark, status or row.status)

    def put(self, record: Record, passages: Sequence[NewPassage], status: Status | None) -> PutResult:
        """Writes a record with its passages; the same content and status again changes nothing."""
        return self.put_many([(record, passages, status)])[0]

    def put_many(self, batch: Batch) -> list[PutResult]:
        """Writes several records in one transaction, each with a revision of its own.

        A status of None keeps that of a known record, as it is inside the transaction; a new one is a draft.
        """
        with changing(self._engine) as connection:
            return [self._put(connection, *entry) for entry in batch]

    def _put(
        self, connection: Connection, record: Record, passages: Sequence[NewPassage], status: Status | None
    ) -> PutResult:
        kind = kind_of(record)
        table = RECORDS[kind]
        mark = self._mark(record)
        old = _stored(connection, table, record.external_id)
        if status is None:
            status = Status(old.status) if old is not None else Status.DRAFT
        if old is not None and (old.content_hash, old.status) == (mark, status):
            return PutResult(RecordKey(kind, old.id), "unchanged", old.revision)
        revision = next_revision(connection)
        values = self._values(record, mark, status, revision)
        if old is None:
            values |= {"version": 1, "created_at": values["updated_at"]}
            (number,) = connection.execute(insert(table).values(values).returning(table.c.id)).one()
        else:
            number = old.id
            values["version"] = old.version + (_content(old.content_hash) != _content(mark))
            connection.execute(update(table).where(table.c.id == number).values(values))
        key = RecordKey(kind, number)
        _replace_passages(connection, key, passages)
        return PutResult(key, "created" if old is None else "changed", revision)

    def _mark(self, record: Record) -> str:
        return f"{content_hash(record)}.{self._cutting}"

    def _values(self, record: Record, mark: str, status: Status, revision: int) -> dict[str, Any]:
        return {
            "external_id": record.external_id,
            "content_hash": mark,
            "revision": revision,
            "status": status.value,
            "title": record_title(record),
            "names": _searched(record),
            "agency": record.agency,
            "theme": record.theme if isinstance(record, ServiceItem) else None,
            "region": record.region,
            "published_on": record.published_on if isinstance(record, Document) else None,
            "effective_from": record.effective_from,
            "effective_to": record.effective_to,
            "payload": to_payload(record),
            "updated_at": self._clock.now(),
        }

    def recut(self, record: StoredRecord, passages: Sequence[NewPassage]) -> bool:
        """Replaces the passages of a record as it was read; its version and status stay.

        Returns: False where it has another content by now, so that these are not its passages.
        """
        table = RECORDS[record.key.kind]
        with changing(self._engine) as connection:
            version = connection.execute(select(table.c.version).where(table.c.id == record.key.id)).scalar()
            if version != record.version:
                return False
            connection.execute(
                update(table)
                .where(table.c.id == record.key.id)
                .values(content_hash=self._mark(record.record), revision=next_revision(connection))
            )
            _replace_passages(connection, record.key, passages)
        return True

    def set_status(self, kind: Kind, external_id: str, status: Status) -> PutResult:
        """Publishes or withdraws a record as it is; its version stays.

        Raises:
            NotFound: No such record.
        """
        table = RECORDS[kind]
        with changing(self._engine) as connection:
            old = _found(connection, table, kind, external_id)
            key = RecordKey(kind, old.id)
            if old.status == status:
                return PutResult(key, "unchanged", old.revision)
            revision = next_revision(connection)
            connection.execute(
                update(table)
                .where(table.c.id == old.id)
                .values(status=status.value, revision=revision, updated_at=self._clock.now())
            )
        return PutResult(key, "changed", revision)

    def withdraw(self, kind: Kind, external_id: str) -> PutResult:
        """Takes a record out of every answer; it stays in the catalogue.

        Raises:
            NotFound: No such record.
        """
        return self.set_status(kind, external_id, Status.WITHDRAWN)

    def delete(self, kind: Kind, external_id: str) -> None:
        """Removes a record with its passages and leaves a tombstone for the replicas.

        Raises:
            NotFound: No such record.
        """
        table = RECORDS[kind]
        with changing(self._engine) as connection:
            old = _found(connection, table, kind, external_id)
            key = RecordKey(kind, old.id)
            _replace_passages(connection, key, ())
            connection.execute(delete(table).where(table.c.id == old.id))
            connection.execute(
                insert(tombstone).values(
                    revision=next_revision(connection),
                    kind=kind,
                    record_id=old.id,
                    external_id=external_id,
                )
            )

    def put_agency(self, record: Agency) -> Outcome:
        """Writes an agency."""
        return self._put_register(agency, "external_id", record.external_id, record)

    def put_region(self, record: Region) -> Outcome:
        """Writes a region."""
        return self._put_register(region, "code", record.code, record)

    def _put_register(self, table: Table, key: str, value: str, record: Agency | Region) -> Outcome:
        payload = to_payload(record)
        row = {key: value, "name": record.name, "payload": payload}
        with changing(self._engine) as connection:
            old = connection.execute(select(table.c.payload).where(table.c[key] == value)).scalar()
            if old is not None and from_payload(type(record), old) == record:
                return "unchanged"
            next_revision(connection)
            if old is None:
                connection.execute(insert(table).values(row))
            else:
                connection.execute(update(table).where(table.c[key] == value).values(row))
        return "created" if old is None else "changed"


def _content(mark: str) -> str:
    return mark.partition(".")[0]


def _searched(record: Record) -> str:
    code = [record.code] if isinstance(record, ServiceItem) and record.code else []
    return fold("\n".join((record_title(record), *code, *other_names(record))))


def _stored(connection: Connection, table: Table, external_id: str) -> Row[*tuple[Any, ...]] | None:
    columns = (table.c.id, table.c.content_hash, table.c.status, table.c.version, table.c.revision)
    return connection.execute(select(*columns).where(table.c.external_id == external_id)).one_or_none()


def _found(connection: Connection, table: Table, kind: Kind, external_id: str) -> Row[*tuple[Any, ...]]:
    row = _stored(connection, table, external_id)
    if row is None:
        raise NotFound(f"no {kind} {external_id} in the catalogue. 没有这条内容。")
    return row


def _replace_passages(connection: Connection, key: RecordKey, passages: Sequence[NewPassage]) -> None:
    connection.execute(delete(passage).where(passage.c.kind == key.kind, passage.c.record_id == key.id))
    if passages:
        rows = []
        for entry in passages:
            values = asdict(entry)
            values["start_at"], values["end_at"] = values.pop("start"), values.pop("end")
            rows.append({**values, "kind": key.kind, "record_id": key.id})
        connection.execute(insert(passage), rows)
