"""What a program reads of its agency: contents and drafts by pages, and one of them whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, Engine, select

from core.catalogue.keys import Kind
from core.catalogue.listing import listed_records
from core.catalogue.models import Agency, Status
from core.catalogue.payloads import from_payload, to_payload
from core.catalogue.reads import stored_record
from core.catalogue.registers import own_names
from core.catalogue.tables import agency
from core.commands import Denied, Permission, Subject
from core.database.engine import reading
from core.errors import BadInput, NotFound
from knowledge_base.editing.drafts import State, drafts, find_draft
from knowledge_base.editing.records import draft_subject, record_subject
from staff.tokens import Token

PER_PAGE: Final = 50
MOST_PER_PAGE: Final = 200
_MOST_PAGE = 100_000
Asked = Mapping[str, str]
_Choice = TypeVar("_Choice", bound=StrEnum)


def whose(engine: Engine, token: Token) -> dict[str, Any]:
    """Whose token it is and what it may."""
    with reading(engine) as connection:
        names = _agency_names(connection, token)
        name = names[0] if names else None
    return {
        "name": token.name,
        "agency": {"external_id": token.agency, "name": name},
        "roles": sorted(token.roles),
        "expires": token.expires.isoformat(),
    }


def page_of_contents(engine: Engine, token: Token, asked: Asked) -> dict[str, Any]:
    """A page of the agency's records of one kind, those changed last first.

    Raises:
        BadInput: There is no such kind, status or page.
    """
    page, size = _paging(asked)
    status = _choice(Status, asked, "status")
    with reading(engine) as connection:
        # Of an agency that the register has no more nothing is shown.
        names = _agency_names(connection, token)
        found, total = listed_records(
            connection, _kind(asked), words=asked.get("q", "")[:100].replace("\0", ""), agencies=names,
            status=status, limit=size, offset=(page - 1) * size,
        )  # fmt: skip
    return _page([to_jsonable_python(one) for one in found], total, page, size)


def page_of_drafts(engine: Engine, token: Token, asked: Asked) -> dict[str, Any]:
    """A page of the agency's drafts, those saved last first.

    Raises:
        BadInput: There is no such state or page.
    """
    page, size = _paging(asked)
    state = _choice(State, asked, "state")
    with reading(engine) as connection:
        found, total = drafts(
            connection, agency=token.agency, state=state, limit=size, offset=(page - 1) * size
        )
    return _page([to_jsonable_python(one) for one in found], total, page, size)


def whole_content(engine: Engine, token: Token, asked: Asked) -> dict[str, Any]:
    """A record and its draft, each null where there is none that the token may read.

    Raises:
        NotFound: There is neither.
        Denied: Both are another agency's.
    """
    kind, external_id = _kind(asked), asked.get("id", "")
    if "\0" in external_id or not 0 < len(external_id) <= 200:
        raise BadInput("id", public_message="请用 id 指明编号。")
    with reading(engine) as connection:
        record, drafted = (
            record_subject(connection, kind, external_id),
            draft_subject(connection, kind, external_id),
        )
        if record is None and drafted is None:
            raise NotFound("no such record", public_message="没有这条内容。")
        told = {
            "kind": kind,
            "external_id": external_id,
            "record": _record(connection, kind, external_id) if _may_read(token, record) else None,
            "draft": _draft(connection, kind, external_id) if _may_read(token, drafted) else None,
        }
    if told["record"] is None and told["draft"] is None:
        raise Denied(f"{token.actor.login} may not read {external_id}")
    return told


def _record(connection: Connection, kind: Kind, external_id: str) -> dict[str, Any] | None:
    held = stored_record(connection, kind, external_id)
    if held is None:
        return None
    content = json.loads(to_payload(held.record))
    return {"version": held.version, "status": held.status.value, "title": held.title, "content": content}


def _draft(connection: Connection, kind: Kind, external_id: str) -> dict[str, Any] | None:
    held = find_draft(connection, kind, external_id)
    if held is None:
        return None
    kept = ("mark", "base_version", "state", "title", "authors", "comment", "updated_at")
    told: dict[str, Any] = to_jsonable_python({name: getattr(held, name) for name in kept})
    return {**told, "content": json.loads(to_payload(held.content))}


def _may_read(token: Token, subject: Subject | None) -> bool:
    return subject is not None and token.actor.may(Permission.READ, subject.agency)


def _agency_names(connection: Connection, token: Token) -> tuple[str, ...]:
    """The token's agency as it is called now and was called before."""
    found = select(agency.c.payload).where(agency.c.external_id == token.agency)
    payload = connection.execute(found).scalar()
    return own_names(connection, from_payload(Agency, payload)) if payload is not None else ()


def _kind(asked: Asked) -> Kind:
    kind = asked.get("kind", "document")
    if kind == "document":
        return "document"
    if kind == "item":
        return "item"
    raise BadInput("kind", public_message="kind 只能是 document 或 item。")


def _choice(kind: type[_Choice], asked: Asked, name: str) -> _Choice | None:
    given = asked.get(name, "")
    if not given:
        return None
    for one in kind:
        if one.value == given:
            return one
    raise BadInput(name, public_message=f"{name} 只能是 {'、'.join(kind)}。")


def _paging(asked: Asked) -> tuple[int, int]:
    return _number(asked, "page", 1, _MOST_PAGE), _number(asked, "per_page", PER_PAGE, MOST_PER_PAGE)


def _number(asked: Asked, name: str, usual: int, most: int) -> int:
    given = asked.get(name, str(usual))
    is_number = given.isascii() and given.isdigit() and len(given) < 9
    if not is_number or not 1 <= int(given) <= most:
        raise BadInput(name, public_message=f"{name} 须是 1 到 {most} 的整数。")
    return int(given)


def _page(items: list[Any], total: int, page: int, size: int) -> dict[str, Any]:
    return {"items": items, "total": total, "page": page, "per_page": size}
