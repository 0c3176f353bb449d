"""Uploads that a worker reads: kept by the console, and looked at afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final

from apps.console.guard import Visit
from apps.console.pages import PER_PAGE, Paging, query
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import NotFound, WeizhengError
from knowledge_base.editing.records import agency_of
from knowledge_base.editing.uploads import Upload, Uploaded
from knowledge_base.importing.found import OpenFile
from knowledge_base.importing.parts import files_in
from knowledge_base.uploads.keeping import Brought, drop, has_bytes, take_in
from knowledge_base.uploads.reads import Kept, find_upload, uploads
from knowledge_base.uploads.results import outcomes, results

# More of them hold a request for minutes, and are lost with it.
MOST_AT_ONCE: Final = 20
OUTCOMES: Final[Mapping[str, str]] = {"drafted": "生成草稿", "unchanged": "内容相同", "problem": "未能读取"}


@dataclass(frozen=True)
class Page:
    """An upload with a page of what came of it.

    Attributes:
        can_retry: It has ended early, and its bytes are there.
    """

    kept: Kept
    counts: Mapping[str, int]
    results: list[Uploaded]
    paging: Paging
    can_retry: bool


def goes_to_worker(stream: BinaryIO, upload: Upload, *, asked: bool) -> int | None:
    """How many files a worker is to read, 0 of no archive; None where the visitor waits for it."""
    files = files_in(OpenFile(stream, place=upload.name, name=upload.name))
    return files if asked or files > MOST_AT_ONCE else None


def keep(visit: Visit, stream: BinaryIO, upload: Upload, files: int) -> str:
    """Keeps an upload and puts its job in; its id.

    Raises:
        BadInput: There is no such agency.
        Conflict: Too many of theirs wait.
        Denied: They may not edit what is of the agency.
    """
    services, actor = visit.services, visit.session.actor
    with reading(services.engine) as connection:
        agency = agency_of(connection, upload.filling.get("agency"))
    if not actor.may(Permission.EDIT, agency):
        raise Denied(f"{actor.login} may not upload for {agency}")
    brought = Brought(upload.name, files, agency, actor.login, upload.filling)
    name = take_in(services.engine, services.clock, stream, brought)
    try:
        number = services.commands.run(actor, "upload.import", {"id": name})
    except WeizhengError:
        drop(services.engine, name)
        raise
    services.waker.wake(number)
    return name


def own_uploads(visit: Visit) -> list[Kept]:
    """The newest that the visitor may look at."""
    actor = visit.session.actor
    everywhere = actor.may(Permission.EDIT, None)
    own = {one.agency for one in actor.rights if one.agency and actor.may(Permission.EDIT, one.agency)}
    with reading(visit.services.engine) as connection:
        return uploads(connection, agencies=None if everywhere else own, actor=actor.login)


def find(visit: Visit) -> Kept:
    """The upload that the address names.

    Raises:
        NotFound: There is none.
        Denied: It is neither theirs nor of an agency that they edit.
    """
    with reading(visit.services.engine) as connection:
        kept = find_upload(connection, visit.request.query_params.get("id", ""))
    if kept is None:
        raise NotFound("no such upload")
    actor = visit.session.actor
    if kept.actor != actor.login and not actor.may(Permission.EDIT, kept.agency):
        raise Denied(f"{actor.login} may not see upload of {kept.agency}")
    return kept


def page_of(visit: Visit, outcome: str, number: int) -> Page:
    """The upload that the address names, and a page of what came of its records."""
    kept = find(visit)
    offset = Paging(number, 0).offset
    with reading(visit.services.engine) as connection:
        found, total = results(connection, kept.id, outcome=outcome, limit=PER_PAGE, offset=offset)
        counts = outcomes(connection, kept.id)
        ended = kept.job.state.value in ("failed", "cancelled")
        return Page(kept, counts, found, Paging(number, total), ended and has_bytes(connection, kept.id))


def stands(visit: Visit) -> dict[str, Any]:
    """How far the upload that the address names is, for its page's script."""
    kept = find(visit)
    with reading(visit.services.engine) as connection:
        counts = outcomes(connection, kept.id)
    job = kept.job
    return {
        "state": job.state.value, "label": job.state.label, "open": job.state.is_open, "done": job.done,
        "total": job.total, "note": job.note, "counts": told(counts),
    }  # fmt: skip


def told(counts: Mapping[str, int]) -> str:
    """Counts in words."""
    return "，".join(f"{label} {counts.get(name, 0)} 条" for name, label in OUTCOMES.items())


def with_link(one: Uploaded) -> dict[str, object]:
    """What came of a record, and where its content is."""
    link = query({"kind": one.kind, "id": one.external_id}) if one.external_id else ""
    return {**asdict(one), "link": f"/content?{link}" if link else ""}
