"""Which documents replace or explain which others, looked up from both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from core.catalogue.models import Document
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
    """

    relation: str
    backwards: bool
    external_id: str
    title: str


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
            select(document_link.c.relation, document_link.c[other].label("other"), document.c.title)
            .join_from(
                document_link, document, document.c.external_id == document_link.c[other], isouter=True
            )
            .where(document_link.c[own] == external_id)
            .order_by(document_link.c.relation, document_link.c[other])
        )
        backwards = own == "target"
        found += [
            Link(row.relation, backwards, row.other, row.title or "") for row in connection.execute(named)
        ]
    return found
