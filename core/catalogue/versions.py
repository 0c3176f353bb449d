"""What records said before, and who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, ServiceItem
from core.catalogue.payloads import from_payload
from core.catalogue.tables import record_version


@dataclass(frozen=True, slots=True)
class Version:
    """One content that a record has had.

    Attributes:
        number: From 1.
        author: Login, `@import` and the like; empty where it was written before authors were kept.
    """

    number: int
    author: str
    at: datetime


def versions_of(connection: Connection, key: RecordKey) -> list[Version]:
    """All versions of a record, newest first."""
    columns = (record_version.c.version, record_version.c.author, record_version.c.at)
    found = select(*columns).where(*_of(key)).order_by(record_version.c.version.desc())
    return [Version(row.version, row.author, row.at) for row in connection.execute(found)]


def content_of(connection: Connection, key: RecordKey, number: int) -> Document | ServiceItem | None:
    """What a record said in one of its versions; None where it has had none of that number."""
    found = select(record_version.c.payload).where(*_of(key), record_version.c.version == number)
    payload = connection.execute(found).scalar()
    model: type[Document | ServiceItem] = ServiceItem if key.kind == "item" else Document
    return None if payload is None else from_payload(model, payload)


def keep_version(
    connection: Connection, key: RecordKey, number: int, payload: str, author: str, at: datetime
) -> None:
    """Keeps a content that is new."""
    row = {"kind": key.kind, "record_id": key.id, "version": number, "payload": payload}
    connection.execute(insert(record_version).values(**row, author=author, at=at))


def forget_versions(connection: Connection, key: RecordKey) -> None:
    """Drops every version of a record that is deleted."""
    connection.execute(delete(record_version).where(*_of(key)))


def _of(key: RecordKey) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (record_version.c.kind == key.kind, record_version.c.record_id == key.id)
