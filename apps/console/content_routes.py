"""Pages of contents: lists, one record with its draft and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_form_routes import asked_id
from apps.console.content_views import (
    Shown,
    changes_of_version,
    drafted_changes,
    findings_of,
    kind_of,
    links_of_record,
    may,
    page_of_drafts,
    page_of_records,
    passages_of,
    run_of_draft,
    shown,
    stored_fields,
)
from apps.console.guard import Handler, Visit, guarded
from apps.console.labels import LABELS
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from apps.console.recall_views import outdated_answers
from core.catalogue.models import Status
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict, NotFound
from core.limits.port import Limit
from knowledge_base.editing.drafts import State
from knowledge_base.editing.links import Checked, links_of

STATUSES: Final[Mapping[Status, str]] = {
    Status.DRAFT: "未发布",
    Status.PUBLISHED: "已发布",
    Status.INTERNAL: "仅供内部",
    Status.WITHDRAWN: "已撤回",
}
STATES: Final[Mapping[State, str]] = {
    State.EDITING: "编辑中",
    State.IN_REVIEW: "待审核",
    State.SCHEDULED: "待定时发布",
}
# Fifty ids of 200 Chinese characters.
_LONGEST_CHOICE: Final = 256 * 1024
_ACTED: Final = {"submit": "提交审核", "publish": "发布"}
_CHECKS_PER_MINUTE: Final = 5
_LINK_WORDS: Final = {
    ("replaces", False): "替代了", ("replaces", True): "已被替代，见",
    ("explains", False): "解读的原文", ("explains", True): "官方解读",
}  # fmt: skip
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
    held = await run_sync(shown, visit, kind_of(visit), asked_id(visit))
    return await _one(visit, held, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


async def show_passages(visit: Visit) -> Response:
    """How a content is cut: each passage is found and quoted by itself."""
    held = await run_sync(shown, visit, kind_of(visit), asked_id(visit))
    passages = await run_sync(passages_of, held)
    return _page(visit, "passages.html", held=held, passages=passages)


async def show_version(visit: Visit) -> Response:
    """What one version changed."""
    asked = visit.request.query_params.get("version", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        raise NotFound("no such version")
    held = await run_sync(shown, visit, kind_of(visit), asked_id(visit))
    changed = await run_sync(changes_of_version, visit, held, int(asked))
    return _page(visit, "content_version.html", held=held, number=int(asked), changed=changed)


def _doing(name: str) -> Handler:
    """Runs a command on the record of the address."""

    async def act(visit: Visit) -> Response:
        kind, external_id = kind_of(visit), asked_id(visit)
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


async def check_links(visit: Visit) -> Response:
    """Asks for the links of a content; only its own agency's staff make this machine do so, now and then."""
    held = await run_sync(shown, visit, kind_of(visit), asked_id(visit))
    if not (may(visit, Permission.EDIT, held) or may(visit, Permission.REVIEW, held)):
        raise Denied(f"{visit.session.account.login} may not check links of {held.external_id}")
    counted = visit.services.names.of("link-check", visit.session.account.login)
    if await visit.services.limiter.admit([Limit(counted, _CHECKS_PER_MINUTE)]) > 0:
        too_often = BadInput("too often", public_message="检查太频繁，请一分钟后再试。")
        return await _one(visit, held, error=too_often)
    content = held.content
    return await _one(visit, held, links=await visit.services.links.check(content) if content else [])


async def _one(
    visit: Visit,
    held: Shown,
    *,
    done: str = "",
    error: BadInput | Conflict | None = None,
    links: Sequence[Checked] | None = None,
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
        findings=await run_sync(findings_of, held, visit.services.clock.today()),
        has_links=held.content is not None and any(links_of(held.content)),
        links=links,
        typed={name: visit.form.one(name) for name in ("comment", "reason")},
        drafted=await run_sync(drafted_changes, visit, held),
        fields=await run_sync(stored_fields, visit, held),
        run=await run_sync(run_of_draft, visit, held),
        linked=await run_sync(links_of_record, visit, held),
        recalled=await run_sync(outdated_answers, visit, held),
        link_words=_LINK_WORDS,
        must_pass=visit.services.must_pass,
        earliest=visit.services.clock.local().strftime("%Y-%m-%dT%H:%M"),
        barred=visit.services.two_persons
        and bool(held.draft and visit.session.account.login in held.draft.authors),
    )


def _status(error: BadInput | Conflict | None) -> int:
    return 200 if error is None else 400 if isinstance(error, BadInput) else 409


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
    guarded("/content/links", check_links, _READ, "POST"),
    *(guarded(f"/content/{name}", _doing(name), may, "POST") for name, may in _ACTS.items()),
)
