"""Recall of answers: who was told what has changed since, and a correction to those who agreed to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_form_routes import asked_id
from apps.console.content_routes import STATUSES
from apps.console.content_views import Shown, kind_of, own_agency_names, shown
from apps.console.guard import Visit, guarded
from apps.console.labels import LABELS
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from apps.console.recall_views import Recalled, preview_of, recalled
from casework.listing import UNTITLED
from casework.recall_commands import LEAST_TEXT, MOST_TEXT, readable
from casework.recalls import MOST_DAYS, USUAL_DAYS, Recalls, window_start
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict

_DONE: Final = {"correct": "更正已提交，正在逐一通知；进度见下面的“已发送的更正”。"}
_LONGEST_ID: Final = 32


async def show_all(visit: Visit) -> Response:
    """Records of the visitor's agencies that were changed after they had been quoted."""
    days = _days(visit.request.query_params.get("days", ""))
    number = page_number(visit.request.query_params.get("page", "1"))
    names = await run_sync(own_agency_names, visit)
    since = window_start(visit.services.clock, days)
    reads = Recalls(visit.services.engine)
    records, total = await run_sync(reads.listed, since, names, PER_PAGE, Paging(number, 0).offset)
    return _page(
        visit,
        "board_recalls.html",
        records=records,
        days=days,
        most=MOST_DAYS,
        statuses=STATUSES,
        paging=Paging(number, total),
        link=lambda page: f"/board/recalls?{query({'days': days, 'page': page})}",
        address=lambda one: f"/board/recall?{query({'kind': one.kind, 'id': one.external_id, 'days': days})}",
    )


async def show_one(visit: Visit) -> Response:
    """Who was told what the record of the address does not say any more."""
    asked = visit.request.query_params
    held = await run_sync(shown, visit, kind_of(visit), asked_id(visit))
    version = asked.get("version", "")
    wanted = page_number(version) if version else None
    found = await run_sync(recalled, visit, held, _days(asked.get("days", "")), wanted, _before(visit))
    return _one(visit, held, found, done=_DONE.get(asked.get("done", ""), ""))


async def preview(visit: Visit) -> Response:
    """The correction as a citizen will read it, with how many it will reach: to be confirmed."""
    return await _previewed(visit)


async def correct(visit: Visit) -> Response:
    """Sends it, if the record and the number of citizens are still those that were confirmed."""
    form, kind, external_id = visit.form, kind_of(visit), asked_id(visit)
    fields = ("version", "withdrawn", "since", "citizens", "text")
    given = {"kind": kind, "external_id": external_id, **{name: form.one(name) for name in fields}}
    try:
        job = await run_sync(visit.services.commands.run, visit.session.actor, "recall.correct", given)
    except (BadInput, Conflict) as error:
        return await _previewed(visit, error)
    await run_sync(visit.services.waker.wake, job)
    there = {"kind": kind, "id": external_id, "days": _days(form.one("days")), "done": "correct"}
    return RedirectResponse(f"/board/recall?{query(there)}", status_code=303)


async def _previewed(visit: Visit, error: BadInput | Conflict | None = None) -> Response:
    held = await run_sync(shown, visit, kind_of(visit), asked_id(visit))
    if not _may_correct(visit, held):
        raise Denied(f"{visit.session.account.login} may not correct answers of {held.external_id}")
    found = await run_sync(recalled, visit, held, _days(visit.form.one("days")))
    problem = _problem(visit.form.one("text"), found)
    said = problem or (error.public_message if error else "")
    status = 409 if isinstance(error, Conflict) else 400 if said else 200
    if problem:
        return _one(visit, held, found, error=said, status=status)
    return _page(
        visit,
        "board_correction.html",
        status=status,
        error=said,
        found=found,
        text=_text(visit),
        least=LEAST_TEXT,
        most=MOST_TEXT,
        notice=await run_sync(preview_of, visit, found, _text(visit)),
        address=_address(found),
    )


def _problem(text: str, found: Recalled) -> str:
    """Why there is nothing to preview."""
    if found.figures.citizens == 0:
        return "没有同意接收通知的市民，没有可以发送的更正。"
    try:
        length = len(readable(text))
    except ValueError:
        return "更正内容里有看不见的字符，请删去后再试。"
    if not LEAST_TEXT <= length <= MOST_TEXT:
        return f"更正内容需要 {LEAST_TEXT} 到 {MOST_TEXT} 个字，现在是 {length} 个。"
    return ""


def _text(visit: Visit) -> str:
    return str(readable(visit.form.one("text")))


def _may_correct(visit: Visit, held: Shown) -> bool:
    return visit.session.actor.may(Permission.REVIEW, held.record.agency if held.record else None)


def _days(given: str) -> int:
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else USUAL_DAYS
    return min(max(1, number), MOST_DAYS)


def _before(visit: Visit) -> tuple[datetime, str] | None:
    """Where the page of questions begins; at the latest where the address says nothing of use."""
    asked = visit.request.query_params
    try:
        at = datetime.fromisoformat(asked.get("at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at, asked.get("answer", "")[:_LONGEST_ID]


def _address(found: Recalled) -> Callable[..., str]:
    def to(path: str, **rest: object) -> str:
        there = {"kind": found.stored.key.kind, "id": found.stored.external_id, "days": found.days}
        return f"{path}?{query({**there, **rest})}"

    return to


def _one(
    visit: Visit, held: Shown, found: Recalled, *, done: str = "", error: str = "", status: int = 200
) -> Response:
    address, before = _address(found), found.before
    return _page(
        visit,
        "board_recall.html",
        status=status,
        done=done,
        error=error,
        found=found,
        labels=LABELS,
        statuses=STATUSES,
        most_days=MOST_DAYS,
        untitled=UNTITLED,
        least=LEAST_TEXT,
        most=MOST_TEXT,
        typed=visit.form,
        may_correct=_may_correct(visit, held),
        address=address,
        older=address("/board/recall", at=before[0].isoformat(), answer=before[1]) if before else "",
    )


def _page(visit: Visit, name: str, *, status: int = 200, **more: Any) -> Response:
    pages: Pages = visit.request.app.state.pages
    return pages.page(name, visit.session, status=status, **more)


ROUTES = (
    guarded("/board/recalls", show_all, Permission.READ),
    guarded("/board/recall", show_one, Permission.READ),
    guarded("/board/recall/preview", preview, Permission.REVIEW, "POST", kept=("text",)),
    guarded("/board/recall/correct", correct, Permission.REVIEW, "POST", kept=("text",)),
)
