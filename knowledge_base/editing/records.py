"""What a command on a record needs to know of it: its agency, what is stored, what is drafted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from core.catalogue.keys import Kind
from core.catalogue.models import Document, ServiceItem
from core.catalogue.registers import agency_named
from core.catalogue.tables import RECORDS
from core.commands import Subject
from core.errors import BadInput
from core.problems import BadFields, problems_of
from knowledge_base.editing.drafts import Content, find_draft
from knowledge_base.importing.checks import check_characters, check_content
from knowledge_base.importing.unreadable import Unreadable

_TYPES: Final[Mapping[Kind, TypeAdapter[Any]]] = {
    "document": TypeAdapter(Document),
    "item": TypeAdapter(ServiceItem),
}


def content_of(kind: Kind, external_id: str, given: Mapping[str, Any]) -> Content:
    """A content as it is given, checked as an import's is.

    Raises:
        BadInput: A field is missing or wrong; the detail names fields, never their values.
    """
    try:
        check_characters(given)
        content: Content = _TYPES[kind].validate_python({**given, "external_id": external_id})
        check_content(content)
    except ValidationError as error:
        raise BadFields(problems_of(error)) from None
    except Unreadable as error:
        raise _named_field(error) from None
    except RecursionError:
        raise BadInput("is nested too deeply") from None
    # Also where only blanks are taken off: it would be another record than the one that was asked for.
    if content.external_id != external_id or given.get("external_id", external_id) != external_id:
        raise BadInput("external_id: a record keeps its own")
    return content


def _named_field(error: Unreadable) -> BadInput:
    """Its reason begins with a field's path."""
    path, _, reason = error.reason.partition(": ")
    if path.startswith("questions."):
        place = "正文" if path.endswith(".quote") else "这一项"
        return BadFields({path: f"有问法由{place}回答，所指的内容不能删去。"})
    if path == "text":
        return BadFields({path: "问答的回答太长，不能超过 20000 个字。"})
    return BadInput(error.reason, public_message=f"内容有误：{reason or error.reason}")


def agency_of(connection: Connection, name: str | None) -> str | None:
    """The external id of an agency by its name; None of what belongs to none.

    Raises:
        BadInput: There is no such agency.
    """
    if name is None:
        return None
    found = _named(connection, name)
    if found is None:
        raise BadInput("agency: there is none of this name", public_message="没有这个部门。")
    return found


def record_subject(connection: Connection, kind: Kind, external_id: str) -> Subject | None:
    """A record with its agency; None where there is none.

    A record of an agency that the register does not know belongs to none: only who may change everything
    may change it.
    """
    owner = select(RECORDS[kind].c.agency).where(RECORDS[kind].c.external_id == external_id)
    row = connection.execute(owner).one_or_none()
    if row is None:
        return None
    return Subject(kind, external_id, _named(connection, row.agency))


def draft_subject(connection: Connection, kind: Kind, external_id: str) -> Subject | None:
    """A record's draft with the agency that it would be of; None where there is none."""
    drafted = find_draft(connection, kind, external_id)
    return Subject(kind, external_id, drafted.agency) if drafted is not None else None


def subjects_of(connection: Connection, kind: Kind, external_id: str) -> list[Subject]:
    """A record and its draft, as far as there are any."""
    found = (one(connection, kind, external_id) for one in (record_subject, draft_subject))
    return [subject for subject in found if subject is not None]


def _named(connection: Connection, name: str | None) -> str | None:
    found = agency_named(connection, name)
    return found.external_id if found else None
