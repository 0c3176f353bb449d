"""Pages of contents: lists, one record with its draft and history, the form of a document."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_forms import KINDS, LABELS, empty_form, said_in_form, shown_in_form
from apps.console.content_views import (
    Shown,
    agencies,
    changes_of_version,
    drafted_changes,
    kind_of,
    may,
    own_agency,
    page_of_drafts,
    page_of_records,
    passages_of,
    run_of_draft,
    shown,
    stored_fields,
)
from apps.console.guard import Handler, Visit, guarded
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from core.catalogue.models import NATIONAL, Status
from core.catalogue.reads import CatalogueReads
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict, NotFound
from knowledge_base.editing.drafts import State

STATUSES: Final[Mapping[Status, str]] = {
    Status.DRAFT: "未发布",
    Status.PUBLISHED: "已发布",
    Status.WITHDRAWN: "已撤回",
}
STATES: Final[Mapping[State, str]] = {
    State.EDITING: "编辑中",
    State.IN_REVIEW: "待审核",
    State.SCHEDULED: "待定时发布",
}
# Of a text of 400,000 characters, each of which takes nine bytes in a form.
_LONGEST_FORM = 4 * 1024 * 1024
# Fifty ids of 200 Chinese characters.
_LONGEST_CHOICE: Final = 256 * 1024
# As the form of a new document names it: sent twice it is one document.
_NEW_ID: Final = re.compile("staff-[0-9a-f]{12}")
_ACTED: Final = {"submit": "提交审核", "publish": "发布"}
_DONE: Final = {
    "save": "草稿已保存。", "discard": "草稿已删除。", "submit": "已提交审核。", "reject": "已退回。",
    "publish": "已发布。", "withdraw": "已撤回，不再用于答复。", "show_again": "已重新发布。",
    "restore": "已按旧版本生成草稿。", "examine": "回归问题已运行。", "schedule": "已安排定时发布。",
    "unschedule": "已取消定时发布。",
}  # fmt: skip


async def show_all(visit: Visit) -> Response:
    """Records of the visitor's agencies, searched and paged by the database."""
    asked = visit.request.query_params
    kind, q = kind_of(visit), asked.get("q", "")[:100]
    number = page_number(asked.get("page", "1"))
    status = next((one for one in Status if one.value == asked.get("status")), None)
    found, total = await run_sync(page_of_records, visit, kind, q, status, PER_PAGE, Paging(number, 0).offset)
    kept = {"kind": kind, "q": q, "status": status.value if status else ""}
    return _page(
        visit,
        "contents.html",
        kind=kind,
        records=found,
        q=q,
        wanted=status,
        paging=Paging(number, total),
        may_edit=visit.session.may_somewhere(Permission.EDIT),
        link=lambda page: f"/contents?{query({**kept, 'page': page})}",
    )


async def show_drafts(visit: Visit) -> Response:
    """Drafts of the visitor's agencies."""
    return await _drafts(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


async def _drafts(visit: Visit, *, done: str, error: str = "") -> Response:
    asked = visit.request.query_params
    number = page_number(asked.get("page", "1"))
    state = next((one for one in State if one.value == asked.get("state")), None)
    found, total = await run_sync(page_of_drafts, visit, state, PER_PAGE, Paging(number, 0).offset)
    return _page(
        visit,
        "drafts.html",
        drafts=found,
        state=state,
        done=done,
        error=error,
        may_edit=visit.session.may_somewhere(Permission.EDIT),
        may_review=visit.session.may_somewhere(Permission.REVIEW),
        action=f"/drafts?{query({'state': state.value if state else '', 'page': number})}",
        paging=Paging(number, total),
        link=lambda page: f"/drafts?{query({'state': state.value if state else '', 'page': page})}",
    )


async def act_on_drafts(visit: Visit) -> Response:
    """Submits or publishes every draft that is ticked, each by a command of its own."""
    name = visit.form.one("act")
    if name not in ("submit", "publish"):
        raise BadInput("no such act")
    run, done, failed = visit.services.commands.run, 0, list[str]()
    for chosen in visit.form.all("chosen"):
        kind, _, rest = chosen.partition(":")
        mark, _, external_id = rest.partition(":")
        given = {"kind": kind, "external_id": external_id, "mark": mark}
        try:
            await run_sync(run, visit.session.actor, f"content.{name}", given)
            done += 1
        except (BadInput, Conflict, Denied, NotFound) as error:
            failed.append(f"{external_id}：{error.public_message}")
    said = f"已{_ACTED[name]} {done} 条。"
    return await _drafts(
        visit, done=said, error="\n".join([f"{len(failed)} 条没有完成：", *failed[:20]]) if failed else ""
    )


async def show_one(visit: Visit) -> Response:
    """A record, its draft with what it would change, and its versions."""
    held = await run_sync(shown, visit, kind_of(visit), _asked_id(visit))
    return await _one(visit, held, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


async def show_passages(visit: Visit) -> Response:
    """How a content is cut: each passage is found and quoted by itself."""
    held = await run_sync(shown, visit, kind_of(visit), _asked_id(visit))
    passages = await run_sync(passages_of, held)
    return _page(visit, "passages.html", held=held, passages=passages)


async def show_version(visit: Visit) -> Response:
    """What one version changed."""
    asked = visit.request.query_params.get("version", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        raise NotFound("no such version")
    held = await run_sync(shown, visit, kind_of(visit), _asked_id(visit))
    changed = await run_sync(changes_of_version, visit, held, int(asked))
    return _page(visit, "content_version.html", held=held, number=int(asked), changed=changed)


async def show_form(visit: Visit) -> Response:
    """The form of a document, new or known."""
    if not visit.request.query_params.get("id"):
        begun = empty_form(await run_sync(own_agency, visit))
        return await _form(visit, None, begun, f"staff-{secrets.token_hex(6)}")
    held = await run_sync(shown, visit, "document", _asked_id(visit), Permission.EDIT)
    if held.content is None:
        raise NotFound("no such record")
    return await _form(visit, held, shown_in_form(held.content), held.external_id)


async def save(visit: Visit) -> Response:
    """Saves a draft of a document: back to the record, or the form again with what is wrong in it."""
    external_id = _asked_id(visit)
    try:
        held = await run_sync(shown, visit, "document", external_id, Permission.EDIT)
    except NotFound:
        if not _NEW_ID.fullmatch(external_id):
            raise
        held = None
    said = said_in_form(visit.form, held.content if held else None)
    given = {
        "kind": "document",
        "external_id": external_id,
        "base": visit.form.one("base"),
        "mark": visit.form.one("mark") or None,
        "content": {name: value for name, value in said.items() if value is not None},
    }
    try:
        await run_sync(visit.services.commands.run, visit.session.actor, "content.save", given)
    except (BadInput, Conflict) as error:
        return await _form(visit, held, said, external_id, error)
    return _back(external_id, "document", "save")


def _doing(name: str) -> Handler:
    """Runs a command on the record of the address."""

    async def act(visit: Visit) -> Response:
        kind, external_id = kind_of(visit), _asked_id(visit)
        fields = ("mark", "comment", "reason", "version")
        given = {field: visit.form.one(field) for field in fields if visit.form.one(field)}
        given |= {"kind": kind, "external_id": external_id}
        if name == "schedule":
            given["at"] = _instant(visit)
        try:
            await run_sync(visit.services.commands.run, visit.session.actor, f"content.{name}", given)
        except (BadInput, Conflict) as error:
            held = await run_sync(shown, visit, kind, external_id)
            return await _one(visit, held, error=error)
        if name == "discard":
            return RedirectResponse("/drafts?done=discard", status_code=303)
        return _back(external_id, kind, name)

    return act


def _instant(visit: Visit) -> str:
    """The hour that was typed, in the city's zone; what is no hour is refused by the command."""
    try:
        at = datetime.fromisoformat(visit.form.one("at"))
    except ValueError:
        return ""
    return at.replace(tzinfo=visit.services.clock.local().tzinfo).isoformat()


async def _one(
    visit: Visit, held: Shown, *, done: str = "", error: BadInput | Conflict | None = None
) -> Response:
    may_edit, may_review = may(visit, Permission.EDIT, held), may(visit, Permission.REVIEW, held)
    may_withdraw = held.record is not None and visit.session.actor.may(Permission.REVIEW, held.record.agency)
    return _page(
        visit,
        "content.html",
        status=_status(error),
        error=error.public_message if error else "",
        done=done,
        held=held,
        may_edit=may_edit,
        may_review=may_review,
        may_withdraw=may_withdraw,
        is_document=held.kind == "document",
        typed={name: visit.form.one(name) for name in ("comment", "reason")},
        drafted=await run_sync(drafted_changes, visit, held),
        fields=await run_sync(stored_fields, visit, held),
        run=await run_sync(run_of_draft, visit, held),
        must_pass=visit.services.must_pass,
        earliest=visit.services.clock.local().strftime("%Y-%m-%dT%H:%M"),
        barred=visit.services.two_persons
        and bool(held.draft and visit.session.account.login in held.draft.authors),
    )


async def _form(
    visit: Visit,
    held: Shown | None,
    said: Mapping[str, Any],
    external_id: str,
    error: BadInput | Conflict | None = None,
) -> Response:
    """The form; after a conflict of drafts it stays that of the draft which the visitor began with."""
    mark = held.draft.mark if held and held.draft else ""
    reads = CatalogueReads(visit.services.engine)
    regions = {NATIONAL: "全国", **{one.code: one.name for one in await run_sync(reads.regions)}}
    if said.get("region") not in regions:
        regions[str(said.get("region"))] = str(said.get("region"))
    return _page(
        visit,
        "content_form.html",
        status=_status(error),
        error=_in_words(error) if error else "",
        held=held,
        external_id=external_id,
        base=held.version if held else 0,
        mark=visit.form.one("mark") if error else mark,
        names=await run_sync(_agency_names, visit),
        said={**said, "variants": "\n".join(said.get("question_variants") or [])},
        regions=regions,
        document_kinds=KINDS,
    )


def _status(error: BadInput | Conflict | None) -> int:
    return 200 if error is None else 400 if isinstance(error, BadInput) else 409


def _agency_names(visit: Visit) -> list[str]:
    """Names of the agencies whose documents the visitor may edit."""
    may = visit.session.actor.may
    return [name for number, name in agencies(visit).items() if may(Permission.EDIT, number)]


def _in_words(error: BadInput | Conflict) -> str:
    """What is wrong, with fields called as the form calls them."""
    if isinstance(error, Conflict):
        return error.public_message
    names = [name.strip().partition(".")[0].partition(":")[0] for name in error.detail.split(",")]
    fields = [LABELS[name] for name in names if name in LABELS]
    return f"这些内容有误：{'、'.join(dict.fromkeys(fields))}。" if fields else error.public_message


def _asked_id(visit: Visit) -> str:
    external_id = visit.request.query_params.get("id", "")
    if not 0 < len(external_id) <= 200:
        raise NotFound("no such record")
    return external_id


def _back(external_id: str, kind: str, done: str) -> Response:
    return RedirectResponse(
        f"/content?{query({'kind': kind, 'id': external_id, 'done': done})}", status_code=303
    )


def _page(visit: Visit, template: str, *, status: int = 200, **more: Any) -> Response:
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        template,
        visit.session,
        status=status,
        labels=LABELS,
        statuses=STATUSES,
        states=STATES,
        address=lambda path, kind, external_id, **rest: (
            f"{path}?{query({'kind': kind, 'id': external_id, **rest})}"
        ),
        **more,
    )


_READ, _EDIT, _REVIEW = Permission.READ, Permission.EDIT, Permission.REVIEW
_ACTS: Final = {
    "submit": _EDIT, "discard": _EDIT, "restore": _EDIT,
    "publish": _REVIEW, "schedule": _REVIEW, "unschedule": _REVIEW, "reject": _REVIEW,
    "withdraw": _REVIEW, "show_again": _REVIEW,
}  # fmt: skip
ROUTES = (
    guarded("/contents", show_all, _READ),
    guarded("/drafts", show_drafts, _READ),
    guarded("/drafts", act_on_drafts, _READ, "POST", most_bytes=_LONGEST_CHOICE),
    guarded("/content", show_one, _READ),
    guarded("/content/version", show_version, _READ),
    guarded("/content/passages", show_passages, _READ),
    guarded("/content/edit", show_form, _EDIT),
    guarded("/content/edit", save, _EDIT, "POST", most_bytes=_LONGEST_FORM, kept=("title", "text")),
    *(guarded(f"/content/{name}", _doing(name), may, "POST") for name, may in _ACTS.items()),
)
