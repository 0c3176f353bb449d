"""What pages of contents show: looked up in one place, each for whom it may be shown to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from apps.console.guard import Visit
from apps.console.labels import KINDS, LABELS
from core.catalogue.documents import record_title
from core.catalogue.keys import Kind
from core.catalogue.links import Link, links_of
from core.catalogue.listing import Listed, listed_records
from core.catalogue.models import NATIONAL, Agency, Status
from core.catalogue.reads import CatalogueReads, stored_record
from core.catalogue.records import NewPassage, StoredRecord
from core.catalogue.registers import own_names
from core.catalogue.versions import Version, content_of, versions_of
from core.commands import Denied, Permission, Subject
from core.database.engine import reading
from core.errors import NotFound
from knowledge_base.editing.changes import Change, changes
from knowledge_base.editing.drafts import Content, Draft, ListedDraft, State, drafts, find_draft
from knowledge_base.editing.findings import Finding, findings
from knowledge_base.editing.question_sets import Run, run_of
from knowledge_base.editing.records import draft_subject, record_subject
from knowledge_base.passages.chunk import chunk


@dataclass(frozen=True)
class Shown:
    """A record, its draft and its history, as far as they may be shown to the visitor.

    Attributes:
        record, drafted: What there is, also where it may not be shown.
    """

    kind: Kind
    external_id: str
    stored: StoredRecord | None
    draft: Draft | None
    versions: list[Version]
    record: Subject | None
    drafted: Subject | None

    @property
    def subjects(self) -> list[Subject]:
        """The record and the draft, as far as there are any."""
        return [one for one in (self.record, self.drafted) if one is not None]

    @property
    def title(self) -> str:
        """What it is called."""
        if self.stored is not None:
            return self.stored.title
        return self.draft.title if self.draft else ""

    @property
    def content(self) -> Content | None:
        """What is worked on, else what is stored."""
        if self.draft is not None:
            return self.draft.content
        return self.stored.record if self.stored else None

    @property
    def version(self) -> int:
        """Of the record; 0 where there is none."""
        return self.stored.version if self.stored else 0


def kind_of(visit: Visit) -> Kind:
    """The kind that the address names; documents where it names none."""
    return "item" if visit.request.query_params.get("kind") == "item" else "document"


def may(visit: Visit, permission: Permission, held: Shown) -> bool:
    """Whether the visitor may do this to the record and to its draft."""
    return all(visit.session.actor.may(permission, one.agency) for one in held.subjects)


def shown(visit: Visit, kind: Kind, external_id: str, permission: Permission = Permission.READ) -> Shown:
    """One record.

    Raises:
        NotFound: There is none, and no draft.
        Denied: Neither may be shown to the visitor, or what is asked for may not be done to both.
    """
    with reading(visit.services.engine) as connection:
        record = record_subject(connection, kind, external_id)
        drafted = draft_subject(connection, kind, external_id)
        if record is None and drafted is None:
            raise NotFound("no such record")
        stored = stored_record(connection, kind, external_id) if _readable(visit, record) else None
        draft = find_draft(connection, kind, external_id) if _readable(visit, drafted) else None
        history = versions_of(connection, stored.key) if stored else []
    held = Shown(kind, external_id, stored, draft, history, record, drafted)
    if (stored is None and draft is None) or not (
        permission is Permission.READ or may(visit, permission, held)
    ):
        raise Denied(f"{visit.session.account.login} may not see {external_id}")
    return held


def _readable(visit: Visit, subject: Subject | None) -> bool:
    return subject is not None and visit.session.actor.may(Permission.READ, subject.agency)


def drafted_changes(visit: Visit, held: Shown) -> list[Change]:
    """What the draft would change."""
    if held.draft is None:
        return []
    return changes(held.stored.record if held.stored else None, held.draft.content, _words(visit))


def stored_fields(visit: Visit, held: Shown) -> list[Change]:
    """All that the record says."""
    return changes(None, held.stored.record, _words(visit)) if held.stored else []


def links_of_record(visit: Visit, held: Shown) -> list[Link]:
    """What it replaces or explains, and what replaces or explains it."""
    if held.kind != "document":
        return []
    with reading(visit.services.engine) as connection:
        return [
            one if one.published or _may_read(visit, connection, one.external_id) else replace(one, title="")
            for one in links_of(connection, held.external_id)
        ]


def _may_read(visit: Visit, connection: Connection, external_id: str) -> bool:
    return _readable(visit, record_subject(connection, "document", external_id))


def findings_of(held: Shown, today: date) -> list[Finding]:
    """What is worth a second look in what is worked on, else in what is stored."""
    return findings(held.content, today) if held.content is not None else []


def run_of_draft(visit: Visit, held: Shown) -> Run | None:
    """What the agency's questions gave with the draft as it is."""
    if held.draft is None:
        return None
    with reading(visit.services.engine) as connection:
        return run_of(connection, held.kind, held.external_id, held.draft.mark)


def passages_of(held: Shown) -> list[NewPassage]:
    """How what is worked on, else what is stored, is cut."""
    content = held.content
    return chunk(content, record_title(content)) if content is not None else []


def changes_of_version(visit: Visit, held: Shown, number: int) -> list[Change]:
    """What a version changed in the one before it.

    Raises:
        NotFound: There is no such version.
    """
    if held.stored is None:
        raise NotFound("no such version")
    with reading(visit.services.engine) as connection:
        before = content_of(connection, held.stored.key, number - 1)
        after = content_of(connection, held.stored.key, number)
    if after is None:
        raise NotFound("no such version")
    return changes(before, after, _words(visit))


def changes_since_version(visit: Visit, stored: StoredRecord, number: int) -> list[Change]:
    """What the record says now other than in one of its versions; all of it where that is not kept."""
    with reading(visit.services.engine) as connection:
        before = content_of(connection, stored.key, number)
    return changes(before, stored.record, _words(visit))


def _words(visit: Visit) -> dict[str, str]:
    """Chinese for fields, kinds and regions."""
    regions = {one.code: one.name for one in CatalogueReads(visit.services.engine).regions()}
    return {**LABELS, **{kind.value: label for kind, label in KINDS.items()}, NATIONAL: "全国", **regions}


def page_of_records(
    visit: Visit, kind: Kind, words: str, status: Status | None, limit: int, offset: int
) -> tuple[list[Listed], int]:
    """Records of the agencies that the visitor may look at."""
    names = own_agency_names(visit)
    with reading(visit.services.engine) as connection:
        return listed_records(
            connection, kind, words=words, agencies=names, status=status, limit=limit, offset=offset
        )


def page_of_drafts(
    visit: Visit, state: State | None, limit: int, offset: int
) -> tuple[list[ListedDraft], int]:
    """Drafts of the agencies that the visitor may look at."""
    agency = None if _everywhere(visit) else visit.session.account.agency
    with reading(visit.services.engine) as connection:
        return drafts(connection, agency=agency, state=state, limit=limit, offset=offset)


def own_agency(visit: Visit) -> Agency | None:
    """The one agency that the visitor works for; None where they work for all."""
    agency = visit.session.account.agency
    known = CatalogueReads(visit.services.engine).agencies()
    return next((one for one in known if one.external_id == agency), None)


def own_agency_names(visit: Visit) -> tuple[str, ...] | None:
    """Under which records may be shown to the visitor; None where all may.

    Of an agency that the register has no more nothing is shown.
    """
    if _everywhere(visit):
        return None
    own = own_agency(visit)
    with reading(visit.services.engine) as connection:
        return own_names(connection, own) if own else ()


def agencies(visit: Visit) -> dict[str, str]:
    """Names of all agencies by external id."""
    return {one.external_id: one.name for one in CatalogueReads(visit.services.engine).agencies()}


def _everywhere(visit: Visit) -> bool:
    return visit.session.actor.may(Permission.READ, None)
