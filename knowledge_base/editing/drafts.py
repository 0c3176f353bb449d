"""Drafts as they are stored: contents that are worked on, which nobody is answered from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from core.catalogue.keys import Kind
from core.catalogue.models import Document, ServiceItem
from core.catalogue.payloads import from_payload
from knowledge_base.editing.tables import draft

Content = Document | ServiceItem


class State(StrEnum):
    """Who has to do something next: an editor, a reviewer, or the clock."""

    EDITING = "editing"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"


@dataclass(frozen=True)
class Draft:
    """A content that is worked on.

    Attributes:
        agency: External id.
        base_version: Version of the record that it was written on; 0 of a new one.
        mark: What it is known by; another one after each save.
        authors: Logins of all who saved it.
        comment: Why it was sent back; empty otherwise.
        publish_at: When it is to be published, of one that was approved by `approved_by`.
    """

    kind: Kind
    external_id: str
    agency: str | None
    title: str
    content: Content
    base_version: int
    mark: str
    state: State
    authors: Sequence[str]
    comment: str
    updated_at: datetime
    publish_at: datetime | None = None
    approved_by: str | None = None


def due_drafts(
    connection: Connection, now: datetime, *more: ColumnElement[bool], limit: int = 20
) -> list[tuple[Kind, str, str]]:
    """Kind, external id and mark of drafts whose hour has come, the longest waiting first.

    Args:
        more: What else is to be true of them.
    """
    due = (draft.c.state == State.SCHEDULED.value, draft.c.publish_at <= now, *more)
    named = select(draft.c.kind, draft.c.external_id, draft.c.mark).where(*due)
    rows = connection.execute(named.order_by(draft.c.publish_at, draft.c.id).limit(limit))
    return [(row.kind, row.external_id, row.mark) for row in rows]


def find_draft(connection: Connection, kind: Kind, external_id: str) -> Draft | None:
    """The draft of a record, if there is one."""
    row = connection.execute(select(draft).where(*_of(kind, external_id))).one_or_none()
    return _draft(row) if row is not None else None


@dataclass(frozen=True)
class ListedDraft:
    """A draft in a list."""

    kind: Kind
    external_id: str
    title: str
    mark: str
    state: State
    authors: Sequence[str]
    comment: str
    updated_at: datetime


def drafts(
    connection: Connection,
    *,
    agency: str | None = None,
    state: State | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[ListedDraft], int]:
    """Drafts, those that were saved last first, and how many there are in all.

    Args:
        agency: Only those of this agency; None is all.
    """
    wanted = [draft.c.agency == agency] if agency is not None else []
    wanted += [draft.c.state == state.value] if state is not None else []
    total = connection.execute(select(func.count()).select_from(draft).where(*wanted)).scalar_one()
    order = (draft.c.updated_at.desc(), draft.c.id.desc())
    kept = ("kind", "external_id", "title", "mark", "state", "authors", "comment", "updated_at")
    page = select(*(draft.c[name] for name in kept)).where(*wanted)
    rows = connection.execute(page.order_by(*order).limit(limit).offset(offset))
    return [
        ListedDraft(**{**row._asdict(), "state": State(row.state), "authors": tuple(row.authors)})
        for row in rows
    ], total


def put_draft(connection: Connection, kind: Kind, external_id: str, values: dict[str, Any]) -> None:
    """Writes a draft, new or in the place of the one that there is."""
    known = connection.execute(update(draft).where(*_of(kind, external_id)).values(values)).rowcount
    if not known:
        connection.execute(insert(draft).values(kind=kind, external_id=external_id, **values))


def drop_draft(connection: Connection, kind: Kind, external_id: str) -> None:
    """Removes the draft of a record."""
    connection.execute(delete(draft).where(*_of(kind, external_id)))


def _of(kind: Kind, external_id: str) -> tuple[Any, Any]:
    return (draft.c.kind == kind, draft.c.external_id == external_id)


def _draft(row: Row[*tuple[Any, ...]]) -> Draft:
    model: type[Content] = ServiceItem if row.kind == "item" else Document
    return Draft(
        kind=row.kind,
        external_id=row.external_id,
        agency=row.agency,
        title=row.title,
        content=from_payload(model, row.payload),
        base_version=row.base_version,
        mark=row.mark,
        state=State(row.state),
        authors=tuple(row.authors),
        comment=row.comment,
        updated_at=row.updated_at,
        publish_at=row.publish_at,
        approved_by=row.approved_by,
    )
