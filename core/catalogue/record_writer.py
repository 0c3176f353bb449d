"""Changes of single records, within a transaction that somebody else has begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from core.catalogue.documents import other_names, record_title
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.links import as_replaced, drop_links, ended_by, put_links
from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.payloads import content_hash, kind_of, to_payload
from core.catalogue.reads import stored_record
from core.catalogue.records import NewPassage, PutResult, StoredRecord
from core.catalogue.revision import next_revision
from core.catalogue.tables import RECORDS, passage, tombstone
from core.catalogue.versions import forget_versions, keep_version
from core.clock import SHANGHAI
from core.errors import NotFound
from core.text.normalise import fold

Record = Document | ServiceItem


class RecordWriter:
    """Writes records; commits nothing.

    Args:
        connection: Of a transaction that changes the catalogue (`core.catalogue.revision.changing`).
        now: When it is written.
        author: Kept with each new version: a login, or a name of ours that begins with `@`.
        cutting: Number of the rules by which the passages were cut that it is given.
    """

    def __init__(self, connection: Connection, now: datetime, author: str, cutting: int) -> None:
        self._connection = connection
        self._now = now
        self._author = author
        self._cutting = cutting

    def put(self, record: Record, passages: Sequence[NewPassage], status: Status | None) -> PutResult:
        """Writes a record with its passages; the same content and status again changes nothing.

        A status of None keeps that of a known record, and for whom it is published; a new one is a draft.
        What is published is so for staff alone where the record is internal.
        """
        kind = kind_of(record)
        table = RECORDS[kind]
        old = stored(self._connection, kind, record.external_id)
        record, status = settled(record, Status(old.status) if old is not None else None, status)
        # A file that is read again knows nothing of what has taken the document's place.
        record = as_replaced(self._connection, record, self._today())
        mark = mark_of(record, self._cutting)
        if old is not None and (old.content_hash, old.status) == (mark, status):
            return PutResult(RecordKey(kind, old.id), "unchanged", old.revision)
        revision = next_revision(self._connection)
        values = self._values(record, mark, status, revision)
        if old is None:
            number = self._insert(table, values)
        else:
            number = old.id
            values["version"] = old.version + (_content(old.content_hash) != _content(mark))
            self._connection.execute(update(table).where(table.c.id == number).values(values))
        key = RecordKey(kind, number)
        if old is None or values["version"] != old.version:
            keep_version(self._connection, key, values["version"], values["payload"], self._author, self._now)
        _replace_passages(self._connection, key, passages)
        if isinstance(record, Document):
            put_links(self._connection, record)
            if status.answers:
                self._end_replaced(record)
        return PutResult(key, "created" if old is None else "changed", revision)

    def _end_replaced(self, newer: Document) -> None:
        """Ends what a published document replaces; what citizens see is ended only by what they see too."""
        for external_id in newer.replaces:
            older = stored_record(self._connection, "document", external_id)
            if older is None or external_id == newer.external_id:
                continue
            assert isinstance(older.record, Document)  # noqa: S101 - documents only are looked up
            if newer.internal and not older.record.internal:
                continue
            ended = ended_by(newer, older.record, self._today())
            if ended != older.record:
                self._rewrite(older, ended)

    def _today(self) -> date:
        return self._now.astimezone(SHANGHAI).date()

    def _rewrite(self, held: StoredRecord, record: Document) -> None:
        """Another content with the same text, so that its passages stay."""
        mark, revision = mark_of(record, self._cutting), next_revision(self._connection)
        values = self._values(record, mark, held.status, revision) | {"version": held.version + 1}
        table = RECORDS[held.key.kind]
        self._connection.execute(update(table).where(table.c.id == held.key.id).values(values))
        keep_version(
            self._connection, held.key, values["version"], values["payload"], self._author, self._now
        )

    def _insert(self, table: Table, values: dict[str, Any]) -> int:
        values |= {"version": 1, "created_at": values["updated_at"]}
        return int(self._connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one())

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
            "updated_at": self._now,
        }

    def recut(self, record: StoredRecord, passages: Sequence[NewPassage]) -> bool:
        """Replaces the passages of a record as it was read; its version and status stay.

        Returns: False where it has another content by now, so that these are not its passages.
        """
        table = RECORDS[record.key.kind]
        own = table.c.id == record.key.id
        if self._connection.execute(select(table.c.version).where(own)).scalar() != record.version:
            return False
        changed = {
            "content_hash": mark_of(record.record, self._cutting),
            "revision": next_revision(self._connection),
        }
        self._connection.execute(update(table).where(own).values(changed))
        _replace_passages(self._connection, record.key, passages)
        return True

    def set_status(self, kind: Kind, external_id: str, status: Status) -> PutResult:
        """Publishes or withdraws a record as it is; its version stays.

        Raises:
            NotFound: No such record.
        """
        table = RECORDS[kind]
        held = stored_record(self._connection, kind, external_id)
        if held is None:
            raise _absent(kind, external_id)
        status = _for_whom(held.record, status)
        if held.status is status:
            return PutResult(held.key, "unchanged", held.revision)
        revision = next_revision(self._connection)
        changed = {"status": status.value, "revision": revision, "updated_at": self._now}
        self._connection.execute(update(table).where(table.c.id == held.key.id).values(changed))
        if status.answers and isinstance(held.record, Document):
            self._end_replaced(held.record)
        return PutResult(held.key, "changed", revision)

    def delete(self, kind: Kind, external_id: str) -> None:
        """Removes a record with its passages and versions and leaves a tombstone for the replicas.

        Raises:
            NotFound: No such record.
        """
        table = RECORDS[kind]
        old = stored(self._connection, kind, external_id)
        if old is None:
            raise _absent(kind, external_id)
        key = RecordKey(kind, old.id)
        _replace_passages(self._connection, key, ())
        forget_versions(self._connection, key)
        if kind == "document":
            drop_links(self._connection, external_id)
        self._connection.execute(delete(table).where(table.c.id == old.id))
        gone = {"kind": kind, "record_id": old.id, "external_id": external_id}
        self._connection.execute(insert(tombstone).values(revision=next_revision(self._connection), **gone))


def _absent(kind: Kind, external_id: str) -> NotFound:
    return NotFound(f"no {kind} {external_id} in the catalogue. 没有这条内容。")


def settled(record: Record, old: Status | None, status: Status | None) -> tuple[Record, Status]:
    """A record and its status as they are to be written, in place of one with an `old` status.

    Who sees what is published is changed by whoever publishes, not by a file that is only read again.
    """
    if status is not None:
        return record, _for_whom(record, status)
    if old is None:
        return record, Status.DRAFT
    if not old.answers:
        return record, old
    return replace(record, internal=old is Status.INTERNAL), old


def _for_whom(record: Record, status: Status) -> Status:
    """A status as this record has it: what is published is so for everybody, or for staff."""
    if not status.answers:
        return status
    return Status.INTERNAL if record.internal else Status.PUBLISHED


def mark_of(record: Record, cutting: int) -> str:
    """What tells a content, cut by these rules, from others."""
    return f"{content_hash(record)}.{cutting}"


def stored(connection: Connection, kind: Kind, external_id: str) -> Row[*tuple[Any, ...]] | None:
    """Number, mark, status, version and revision of a record."""
    table = RECORDS[kind]
    columns = (table.c.id, table.c.content_hash, table.c.status, table.c.version, table.c.revision)
    return connection.execute(select(*columns).where(table.c.external_id == external_id)).one_or_none()


def _replace_passages(connection: Connection, key: RecordKey, passages: Sequence[NewPassage]) -> None:
    connection.execute(delete(passage).where(passage.c.kind == key.kind, passage.c.record_id == key.id))
    if passages:
        rows = []
        for entry in passages:
            values = asdict(entry)
            values["start_at"], values["end_at"] = values.pop("start"), values.pop("end")
            rows.append({**values, "kind": key.kind, "record_id": key.id})
        connection.execute(insert(passage), rows)


def _content(mark: str) -> str:
    return mark.partition(".")[0]


def _searched(record: Record) -> str:
    code = [record.code] if isinstance(record, ServiceItem) and record.code else []
    return fold("\n".join((record_title(record), *code, *other_names(record))))
