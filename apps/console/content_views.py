"""What pages of contents show: looked up in one place, each for whom it may be shown to."""

from __future__ import annotations

from dataclasses import dataclass

from apps.console.guard import Visit
from core.catalogue.keys import Kind
from core.catalogue.listing import Listed, listed_records
from core.catalogue.models import Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredRecord
from core.catalogue.versions import Version, content_of, versions_of
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import NotFound
from knowledge_base.editing.changes import Change, changes
from knowledge_base.editing.drafts import Content, Draft, State, drafts, find_draft
from knowledge_base.editing.records import subjects_of


@dataclass(frozen=True)
class Shown:
    """A record, its draft and its history; one of the first two is there."""

    kind: Kind
    external_id: str
    stored: StoredRecord | None
    draft: Draft | None
    versions: list[Version]
    drafted: list[Change]

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


def kind_of(visit: Visit) -> Kind:
    """The kind that the address names; documents where it names none."""
    return "item" if visit.request.query_params.get("kind") == "item" else "document"


def shown(visit: Visit, kind: Kind, external_id: str, permission: Permission = Permission.READ) -> Shown:
    """One record.

    Raises:
        NotFound: There is none, and no draft.
        Denied: It belongs to an agency that the visitor may not do this for.
    """
    with reading(visit.services.engine) as connection:
        subjects = subjects_of(connection, kind, external_id)
        if not subjects:
            raise NotFound("no such record")
        if not all(visit.session.actor.may(permission, one.agency) for one in subjects):
            raise Denied(f"{visit.session.account.login} may not see {external_id}")
        draft = find_draft(connection, kind, external_id)
        stored = CatalogueReads(visit.services.engine).by_external_id(kind, external_id)
        history = versions_of(connection, stored.key) if stored else []
    drafted = changes(stored.record if stored else None, draft.content) if draft else []
    return Shown(kind, external_id, stored, draft, history, drafted)


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
    return changes(before, after)


def page_of_records(
    visit: Visit, kind: Kind, words: str, status: Status | None, limit: int, offset: int
) -> tuple[list[Listed], int]:
    """Records of the agencies that the visitor may look at."""
    name = own_agency(visit)
    with reading(visit.services.engine) as connection:
        return listed_records(
            connection, kind, words=words, agency=name, status=status, limit=limit, offset=offset
        )


def page_of_drafts(visit: Visit, state: State | None, limit: int, offset: int) -> tuple[list[Draft], int]:
    """Drafts of the agencies that the visitor may look at."""
    agency = None if _everywhere(visit) else visit.session.account.agency
    with reading(visit.services.engine) as connection:
        return drafts(connection, agency=agency, state=state, limit=limit, offset=offset)


def own_agency(visit: Visit) -> str | None:
    """The name of the one agency that the visitor works for; None where they work for all."""
    return None if _everywhere(visit) else agencies(visit).get(visit.session.account.agency or "", "")


def agencies(visit: Visit) -> dict[str, str]:
    """Names of all agencies by external id."""
    return {one.external_id: one.name for one in CatalogueReads(visit.services.engine).agencies()}


def _everywhere(visit: Visit) -> bool:
    return visit.session.actor.may(Permission.READ, None)
