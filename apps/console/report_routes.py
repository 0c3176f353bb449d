"""What citizens report to be wrong with answers: listed, replied to, closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_views import agencies
from apps.console.guard import Handler, Visit, guarded
from apps.console.labels import ANSWERED, REASONS
from apps.console.pages import Pages, query
from apps.console.question_filters import place_of, sees_all, written
from casework.answers import LoggedAnswers
from casework.report_commands import MOST_REASON, MOST_REPLY
from casework.reports import MOST_COUNTED, Report, Reports, ReportState, Wanted
from core.citizens.feedback import Reason
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict, NotFound

STATES: Final[Mapping[ReportState, str]] = {
    ReportState.OPEN: "待处理",
    ReportState.REPLIED: "已回复",
    ReportState.CLOSED: "已关闭",
}
_DONE: Final = {
    "reply": "回复已保存：市民回到对话时能看到；同意接收通知的，还会收到一条消息。",
    "close": "已关闭。",
}
_FIELD: Final = {"reply": "text", "close": "reason"}
_PER_PAGE: Final = 50


async def show_all(visit: Visit) -> Response:
    """Reports on answers of the visitor's agency, or of all, the latest first."""
    asked = visit.request.query_params
    everywhere = sees_all(visit)
    names = await run_sync(agencies, visit)
    agency = asked.get("agency", "") if asked.get("agency") in names else ""
    own = agency or None if everywhere else visit.session.account.agency or ""
    state = next((one for one in ReportState if one.value == asked.get("state")), ReportState.OPEN)
    reason = next((one for one in Reason if one.value == asked.get("reason")), None)
    reports, before = Reports(visit.services.engine), place_of(asked.get("before", ""))
    page = await run_sync(reports.page, Wanted(state, reason, own), _PER_PAGE, before)
    kept = {"state": state.value, "reason": reason.value if reason else "", "agency": agency}
    return _page(
        visit,
        "board_reports.html",
        page=page,
        state=state,
        reason=reason,
        agency=agency,
        before=before,
        waiting=await run_sync(reports.open, own),
        most_counted=MOST_COUNTED,
        names=names,
        sees_all=everywhere,
        first=f"/board/reports?{query(kept)}",
        older=f"/board/reports?{query({**kept, 'before': written(page.next)})}",
    )


async def show_one(visit: Visit) -> Response:
    """A report, with what can be done about it."""
    return await _one(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


def _doing(name: str) -> Handler:
    async def act(visit: Visit) -> Response:
        report, form = await run_sync(_found, visit), visit.form
        field = _FIELD[name]
        given = {"answer_id": report.answer_id, "mark": form.one("mark"), field: form.one(field)}
        try:
            job = await run_sync(visit.services.commands.run, visit.session.actor, f"report.{name}", given)
        except (BadInput, Conflict) as error:
            return await _one(visit, error=_said(error, field), status=400)
        if job is not None:
            await run_sync(visit.services.waker.wake, job)
        address = query({"id": report.answer_id, "done": name})
        return RedirectResponse(f"/board/report?{address}", status_code=303)

    return act


def _said(error: BadInput | Conflict, field: str) -> str:
    """What is wrong: the detail names fields, and a field of ours is only too short or too long."""
    most = {
        "text": f"请写回复，不超过 {MOST_REPLY} 个字。",
        "reason": f"请写原因，不超过 {MOST_REASON} 个字。",
    }
    return most[field] if error.detail.endswith(f": {field}") else error.public_message


def _found(visit: Visit) -> Report:
    """The report of the address.

    Raises:
        NotFound: There is none.
        Denied: It is on another agency's answer, or on nobody's.
    """
    answer_id = visit.request.query_params.get("id", "")
    report = Reports(visit.services.engine).one(answer_id) if 0 < len(answer_id) <= 32 else None
    if report is None:
        raise NotFound("no such report")
    if not visit.session.actor.may(Permission.READ, report.agency):
        raise Denied(f"{visit.session.account.login} may not see the report on {answer_id}")
    return report


async def _one(visit: Visit, *, done: str = "", error: str = "", status: int = 200) -> Response:
    report = await run_sync(_found, visit)
    answer = await run_sync(LoggedAnswers(visit.services.engine).one, report.answer_id)
    return _page(
        visit,
        "board_report.html",
        status=status,
        done=done,
        error=error,
        report=report,
        names=await run_sync(agencies, visit),
        may_improve=answer is not None and bool(answer.quoted or answer.item_id),
        may_act=visit.session.actor.may(Permission.CASEWORK, report.agency),
        typed=visit.form,
        most_reply=MOST_REPLY,
        most_reason=MOST_REASON,
        action=lambda name: f"/board/report/{name}?{query({'id': report.answer_id})}",
    )


def _page(visit: Visit, name: str, *, status: int = 200, **shown: Any) -> Response:
    pages: Pages = visit.request.app.state.pages
    common = {"answered": ANSWERED, "reasons": REASONS, "states": STATES}
    return pages.page(name, visit.session, status=status, **common, **shown)


ROUTES = (
    guarded("/board/reports", show_all, Permission.READ),
    guarded("/board/report", show_one, Permission.READ),
    *(
        guarded(f"/board/report/{name}", _doing(name), Permission.CASEWORK, "POST", kept=(field,))
        for name, field in _FIELD.items()
    ),
)
