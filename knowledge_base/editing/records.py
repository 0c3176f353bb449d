"""What a command on a record needs to know of it: its agency, what is stored, what is drafted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from core.catalogue.keys import Kind
from core.catalogue.models import Document, ServiceItem
from core.catalogue.tables import RECORDS, agency
from core.commands import Subject
from core.errors import BadInput
from knowledge_base.editing.drafts import Content, find_draft

_TYPES: Final[Mapping[Kind, TypeAdapter[Any]]] = {
    "document": TypeAdapter(Document),
    "item": TypeAdapter(ServiceItem),
}


def content_of(kind: Kind, external_id: str, given: Mapping[str, Any]) -> Content:
    """A content as it is given, checked.

    Raises:
        BadInput: A field is missing or wrong; the detail names fields, never their values.
    """
    if given.get("external_id", external_id) != external_id:
        raise BadInput("external_id: a record keeps its own")
    try:
        content: Content = _TYPES[kind].validate_python({**given, "external_id": external_id})
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
        raise BadInput(", ".join(fields), public_message=f"这些内容有误：{'、'.join(fields)}") from None
    return content


def agency_of(connection: Connection, name: str | None) -> str | None:
    """The external id of an agency by its name; None of what belongs to none.

    Raises:
        BadInput: There is no such agency.
    """
    if name is None:
        return None
    known = select(agency.c.external_id).where(agency.c.name == name)
    found: str | None = connection.execute(known).scalars().first()
    if found is None:
        raise BadInput("agency: there is none of this name", public_message="没有这个部门。")
    return found


def subjects_of(connection: Connection, kind: Kind, external_id: str) -> list[Subject]:
    """A record and its draft as they stand, each with its agency; none of what there is not.

    A record of an agency that the register does not know belongs to none: only who may change everything
    may change it.
    """
    found = []
    table = RECORDS[kind]
    owner = select(table.c.agency).where(table.c.external_id == external_id)
    row = connection.execute(owner).one_or_none()
    if row is not None:
        known = select(agency.c.external_id).where(agency.c.name == row.agency)
        found.append(Subject(kind, external_id, connection.execute(known).scalars().first()))
    drafted = find_draft(connection, kind, external_id)
    if drafted is not None:
        found.append(Subject(kind, external_id, drafted.agency))
    return found
