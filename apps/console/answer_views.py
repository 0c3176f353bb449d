"""A logged answer as its page shows it, and where its paragraph is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from apps.console.content_views import Shown, may, shown
from apps.console.guard import Visit
from apps.console.pages import query
from casework.answers import Answer, LoggedAnswers, Quoted
from core.answering import Aspect
from core.catalogue.documents import record_title
from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Document, ServiceItem
from core.catalogue.tables import RECORDS, passage
from core.catalogue.versions import content_of
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import NotFound
from knowledge_base.passages.chunk import chunk

# Where a field of the answer is filled in.
FIELDS: Final[Mapping[Aspect, str]] = {
    Aspect.CONDITIONS: "conditions",
    Aspect.MATERIALS: "materials",
    Aspect.STEPS: "steps",
    Aspect.FEE: "fee",
    Aspect.TIME_LIMIT: "promised_limit",
    Aspect.PLACE: "places",
    Aspect.HOURS: "places",
    Aspect.PHONE: "phone",
    Aspect.ONLINE: "online_url",
    Aspect.LEGAL_BASIS: "legal_basis",
    Aspect.RESULT: "result",
    Aspect.FORM: "materials",
}


@dataclass(frozen=True)
class Source:
    """A record that an answer quoted.

    Attributes:
        texts: The quoted passages, word for word as they were then; empty where they cannot be told any more.
    """

    quoted: Quoted
    texts: Sequence[str]

    @property
    def link(self) -> str:
        """The page of the record, or of the version that was quoted where there is another one now."""
        where = {"kind": self.quoted.kind, "id": self.quoted.external_id}
        if self.is_changed:
            return f"/content/version?{query({**where, 'version': self.quoted.version})}"
        return f"/content?{query(where)}"

    @property
    def is_changed(self) -> bool:
        """Whether the record says something else now."""
        return self.quoted.current is not None and self.quoted.current != self.quoted.version


def answer_of(visit: Visit, answer_id: str) -> Answer:
    """An answer that the visitor may see: their agency's, or one of a question that their agency was given.

    Raises:
        NotFound: There is none.
        Denied: It is another agency's, or nobody's.
    """
    found = LoggedAnswers(visit.services.engine).one(answer_id) if 0 < len(answer_id) <= 32 else None
    if found is None:
        raise NotFound("no such answer")
    allowed = visit.session.actor.may
    given = found.group_agency is not None and allowed(Permission.READ, found.group_agency)
    if not given and not allowed(Permission.READ, found.owner):
        raise Denied(f"{visit.session.account.login} may not see answer {answer_id}")
    return found


def sources_of(visit: Visit, answer: Answer) -> list[Source]:
    """What an answer quoted, with the words."""
    with reading(visit.services.engine) as connection:
        return [Source(one, _texts(connection, answer, one)) for one in answer.quoted]


def _texts(connection: Connection, answer: Answer, one: Quoted) -> list[str]:
    key = RecordKey(one.kind, one.record_id)
    if one.current == one.version:
        # Numbers of passages hold as long as the record is the one that was cut.
        own = (passage.c.kind == key.kind, passage.c.record_id == key.id)
        chosen = select(passage.c.text).where(passage.c.id.in_(answer.passage_ids), *own)
        return list(connection.execute(chosen.order_by(passage.c.ordinal)).scalars())
    before = content_of(connection, key, one.version)
    if not isinstance(before, ServiceItem) or answer.aspect is None:
        return _whole(before)
    passages = chunk(before, record_title(before))
    return [part.text for part in passages if part.field == answer.aspect.value]


def _whole(content: Document | ServiceItem | None) -> list[str]:
    """A short text, which is one passage, is what was quoted; of a longer one nobody knows which part."""
    if content is None:
        return []
    passages = chunk(content, record_title(content))
    return [passages[0].text] if len(passages) == 1 else []


@dataclass(frozen=True)
class Spot:
    """Where in a form something is to be looked at.

    Attributes:
        field: Its name.
        start, end: A part of its text, as a browser counts; 0 and 0 is all of it.
    """

    field: str
    start: int = 0
    end: int = 0


def spot_of(visit: Visit, answer: Answer, kind: Kind, external_id: str) -> Spot:
    """What an answer quoted of a record, in the form in which it is edited now."""
    if kind == "item":
        return Spot(FIELDS[answer.aspect] if answer.aspect else "name")
    held = shown(visit, kind, external_id)
    if not isinstance(held.content, Document):
        return Spot("text")
    quoted = [one for one in sources_of(visit, answer) if one.quoted.external_id == external_id]
    for text in (text for one in quoted if one.quoted.kind == kind for text in one.texts):
        start = held.content.text.find(text)
        if start >= 0:
            begin = _units(held.content.text[:start])
            return Spot("text", begin, begin + _units(text))
    return Spot("text")


def _units(text: str) -> int:
    """How long a browser finds a text: it counts UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def improving(visit: Visit, answer: Answer, kind: str = "", external_id: str = "") -> str:
    """Where what an answer quoted is edited; who may not edit it is led to where it is read.

    Args:
        kind, external_id: Which of the records it quoted; the guide, or else the first, where none is named.

    Raises:
        NotFound: It quoted nothing, or nothing that is still there.
        Denied: The visitor may not even read it.
    """
    named = [(one.kind, one.external_id) for one in answer.quoted if one.external_id]
    if not named and answer.item_id is not None:
        named = [("item", one) for one in _external_ids(visit, answer.item_id)]
    chosen = [one for one in named if one == (kind, external_id)] or ([] if external_id else named)
    if not chosen:
        raise NotFound("nothing was quoted")
    of_kind, of_id, held = _readable(visit, chosen)
    where = {"kind": of_kind, "id": of_id}
    if not may(visit, Permission.EDIT, held):
        return f"/content?{query(where)}"
    spot = spot_of(visit, answer, of_kind, of_id or "")
    return f"/content/edit?{query({**where, 'answer': answer.id})}#{spot.field}"


def _readable(visit: Visit, chosen: Sequence[tuple[Kind, str | None]]) -> tuple[Kind, str | None, Shown]:
    """The first of some records that the visitor may read: the others may be other agencies'."""
    for kind, external_id in chosen[:-1]:
        with suppress(Denied):
            return kind, external_id, shown(visit, kind, external_id or "")
    kind, external_id = chosen[-1]
    return kind, external_id, shown(visit, kind, external_id or "")


def _external_ids(visit: Visit, number: int) -> list[str]:
    table = RECORDS["item"]
    with reading(visit.services.engine) as connection:
        found = connection.execute(select(table.c.external_id).where(table.c.id == number))
        return list(found.scalars())
