"""The page of background jobs: what waits, runs or has ended, and why; what is done regularly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.console.guard import Handler, Visit, guarded
from apps.console.labels import ACTORS
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind, label_of
from core.jobs.models import Job, State
from core.jobs.reads import Jobs
from core.jobs.schedules import Planned, planned

_DONE: Final = {"cancel": "已要求取消。", "retry": "已重新排队。"}
_LABELS: Final[Mapping[str, str]] = {
    "external_id": "编号",
    "kind": "类别",
    "mark": "草稿标记",
    "published": "已发布",
    "reason": "原因",
    "questions": "问题",
    "group": "问题组",
    "told": "已通知人数",
    "asked": "登记接收通知的人数",
    "upload": "上传编号",
    "uploads": "上传文件",
    "drafted": "生成草稿",
    "unchanged": "内容相同",
    "problem": "未能读取",
    "correction": "更正编号",
    "step": "回访编号",
    "answer": "答复编号",
    "number": "第几次回复",
    "days": "统计天数",
    "sent": "已送达",
    "accepted": "已采用",
    "model": "模型",
    "tune": "重新选择参数",
}
_VALUES: Final = {True: "是", False: "否", "document": "文件", "item": "事项"}
_KINDS: Final = {kind.value: kind.label for kind in Kind}
_STATES: Final = {state.value: state for state in State}


async def show(visit: Visit) -> Response:
    """The jobs, newest first."""
    return await _page(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


async def progress(visit: Visit) -> Response:
    """How far the jobs of a page are, for its script."""
    jobs, _ = await run_sync(_jobs_of, visit)
    return JSONResponse({"jobs": [_shown(one) for one in jobs]})


def _doing(name: str) -> Handler:
    async def act(visit: Visit) -> Response:
        _require_rights(visit)
        services = visit.services
        try:
            job = await run_sync(
                services.commands.run, visit.session.actor, f"job.{name}", {"id": visit.form.one("id")}
            )
        except (BadInput, Conflict, NotFound) as error:
            return await _page(visit, error=error.public_message)
        if name == "retry":
            await run_sync(services.waker.wake, job.id)
        return RedirectResponse(f"/jobs?{query({**_asked(visit), 'done': name})}", status_code=303)

    return act


async def _page(visit: Visit, *, error: str = "", done: str = "") -> Response:
    jobs, paging = await run_sync(_jobs_of, visit)
    asked = _asked(visit)
    labels = {**_LABELS, **{one.name: one.label for one in visit.services.retained}}
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "jobs.html",
        visit.session,
        status=400 if error else 200,
        error=error,
        done=done,
        jobs=jobs,
        kinds=_KINDS,
        counts=await run_sync(Jobs(visit.services.engine, visit.services.clock).counts),
        schedules=await run_sync(_schedules, visit),
        states=list(State),
        actors=ACTORS,
        asked=asked,
        kind_label=label_of,
        told=lambda values: _told(values, labels),
        progress_url=f"/jobs/progress?{query({**asked, 'page': paging.page})}",
        paging=paging,
        link=lambda page: f"/jobs?{query({**asked, 'page': page})}",
    )


def _require_rights(visit: Visit) -> None:
    """Jobs are of all agencies: whoever looks after one alone has no business with them."""
    if not visit.session.actor.may(Permission.JOBS, None):
        raise Denied(f"{visit.session.account.login} may not see jobs")


def _asked(visit: Visit) -> dict[str, str]:
    state = visit.request.query_params.get("state", "") or visit.form.one("state")
    kind = visit.request.query_params.get("kind", "") or visit.form.one("kind")
    return {"state": state if state in _STATES else "", "kind": kind if kind in _KINDS else ""}


def _jobs_of(visit: Visit) -> tuple[list[Job], Paging]:
    _require_rights(visit)
    number = page_number(visit.request.query_params.get("page", "1"))
    jobs = Jobs(visit.services.engine, visit.services.clock)
    asked = _asked(visit)
    state, offset = _STATES.get(asked["state"]), Paging(number, 0).offset
    found, total = jobs.listed(state, kind=asked["kind"], limit=PER_PAGE, offset=offset)
    return found, Paging(number, total)


def _schedules(visit: Visit) -> list[Planned]:
    with reading(visit.services.engine) as connection:
        return planned(connection)


def _told(values: Mapping[str, Any] | None, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names and values as people read them; that there was nothing of something goes without saying."""
    return [
        (labels.get(name, name), _value(value))
        for name, value in (values or {}).items()
        if isinstance(value, bool) or value not in (0, "", None)
    ]


def _value(value: Any) -> str:
    return _VALUES.get(value, str(value)) if isinstance(value, bool | str) else str(value)


def _shown(job: Job) -> Mapping[str, Any]:
    return {
        "id": job.id, "state": job.state.value, "label": job.state.label, "open": job.state.is_open,
        "done": job.done, "total": job.total, "note": job.note,
    }  # fmt: skip


ROUTES = (
    guarded("/jobs", show, Permission.JOBS),
    guarded("/jobs/progress", progress, Permission.JOBS),
    *(guarded(f"/jobs/{name}", _doing(name), Permission.JOBS, "POST") for name in _DONE),
)
