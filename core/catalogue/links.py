"""Which documents replace or explain which others, looked up from both ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from core.catalogue.models import Document, ServiceItem, Status
from core.catalogue.payloads import from_payload
from core.catalogue.tables import document, document_link

REPLACES: Final = "replaces"
EXPLAINS: Final = "explains"


@dataclass(frozen=True, slots=True)
class Link:
    """A document at the other end of a link.

    Attributes:
        relation: `replaces` or `explains`.
        backwards: It is the other document that replaces or explains this one.
        title: Empty where there is no such document.
        published: Whether citizens may see it.
    """

    relation: str
    backwards: bool
    external_id: str
    title: str
    published: bool = False


def ended_by(newer: Document, older: Document, today: date) -> Document:
    """A document as one that replaces it leaves it: it ends on the day before that one holds.

    Where the newer one tells no day it holds from today on, and what had ended before does not end later.
    """
    begins = max((day for day in (newer.published_on, newer.effective_from) if day), default=None)
    last = (begins or today) - timedelta(days=1)
    again = older.replaced_by == newer.external_id
    if older.effective_to is None or (again and begins is not None):
        ends = last
    else:
        ends = min(older.effective_to, last)
    return replace(older, replaced_by=newer.external_id, effective_to=ends)


def as_replaced(
    connection: Connection, record: Document | ServiceItem, today: date
) -> Document | ServiceItem:
    """A record as it is to be written: ended, where a published document replaces it."""
    if not isinstance(record, Document):
        return record
    replacing = (
        select(document.c.payload)
        .join(document_link, document_link.c.external_id == document.c.external_id)
        .where(
            document_link.c.relation == REPLACES,
            document_link.c.target == record.external_id,
            document.c.external_id != record.external_id,
            document.c.status.in_(_that_end(record)),
        )
        .order_by(document.c.id)
    )
    found = connection.execute(replacing).scalars().all()
    if not found:
        return record
    own = select(document.c.payload).where(document.c.external_id == record.external_id)
    stored = connection.execute(own).scalar()
    held = from_payload(Document, stored) if stored is not None else None
    for payload in found:
        newer = from_payload(Document, payload)
        if held is not None and held.replaced_by == newer.external_id:
            # It ended when that one was published.
            days = [day for day in (record.effective_to, held.effective_to) if day is not None]
            ends = min(days, default=None)
            record = replace(record, replaced_by=newer.external_id, effective_to=ends)
        record = ended_by(newer, record, today)
    return record


def _that_end(record: Document) -> list[str]:
    """The status of documents that may end this one: what staff alone see ends nothing that citizens see."""
    return [Status.PUBLISHED.value, *([Status.INTERNAL.value] if record.internal else [])]


def put_links(connection: Connection, record: Document) -> None:
    """Notes where a document points; what it pointed to before is forgotten."""
    drop_links(connection, record.external_id)
    named = [(REPLACES, target) for target in record.replaces]
    named += [(EXPLAINS, record.explains)] if record.explains else []
    rows = [
        {"external_id": record.external_id, "relation": relation, "target": target}
        for relation, target in dict.fromkeys(named)
    ]
    if rows:
        connection.execute(insert(document_link), rows)


def drop_links(connection: Connection, external_id: str) -> None:
    """Forgets where a document points."""
    connection.execute(delete(document_link).where(document_link.c.external_id == external_id))


def links_of(connection: Connection, external_id: str) -> list[Link]:
    """Documents that it replaces or explains, then those that replace or explain it."""
    found: list[Link] = []
    for own, other in (("external_id", "target"), ("target", "external_id")):
        named = (
            select(
                document_link.c.relation,
                document_link.c[other].label("other"),
                document.c.title,
                document.c.status,
            )
            .join_from(
                document_link, document, document.c.external_id == document_link.c[other], isouter=True
            )
            .where(document_link.c[own] == external_id)
            .order_by(document_link.c.relation, document_link.c[other])
        )
        backwards = own == "target"
        found += [
            Link(row.relation, backwards, row.other, row.title or "", row.status == Status.PUBLISHED)
            for row in connection.execute(named)
        ]
    return found
