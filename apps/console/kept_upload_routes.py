"""The page of an upload that a worker reads: how far it is, what came of it, cancel, try again."""

from __future__ import annotations

from typing import Final

from anyio.to_thread import run_sync
from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.console.guard import Handler, Visit, guarded
from apps.console.kept_uploads import OUTCOMES, find, page_of, stands, told, with_link
from apps.console.pages import Pages, page_number, query
from core.commands import Permission
from core.errors import BadInput, Conflict, NotFound

_DONE: Final = {
    "cancel": "已要求取消。",
    "retry": "已重新排队。",
}


async def show(visit: Visit) -> Response:
    """An upload and its results."""
    return await _page(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


async def progress(visit: Visit) -> Response:
    """How far it is, for its script."""
    return JSONResponse(await run_sync(stands, visit))


def _doing(name: str) -> Handler:
    async def act(visit: Visit) -> Response:
        kept = await run_sync(find, visit)
        services = visit.services
        try:
            number = await run_sync(
                services.commands.run, visit.session.actor, f"upload.{name}", {"id": kept.id}
            )
        except (BadInput, Conflict, NotFound) as error:
            return await _page(visit, error=error.public_message)
        if name == "retry":
            await run_sync(services.waker.wake, number)
        return RedirectResponse(f"/upload/one?{query({'id': kept.id, 'done': name})}", status_code=303)

    return act


async def _page(visit: Visit, *, error: str = "", done: str = "") -> Response:
    asked = visit.request.query_params
    outcome = asked.get("outcome", "")
    outcome = outcome if outcome in OUTCOMES else ""
    page = await run_sync(page_of, visit, outcome, page_number(asked.get("page", "1")))
    pages: Pages = visit.request.app.state.pages
    here = {"id": page.kept.id, "outcome": outcome}
    return pages.page(
        "upload_one.html",
        visit.session,
        status=400 if error else 200,
        error=error,
        done=done,
        kept=page.kept,
        job=page.kept.job,
        counts=page.counts,
        told=told(page.counts),
        results=[with_link(one) for one in page.results],
        paging=page.paging,
        can_retry=page.can_retry,
        outcomes=OUTCOMES,
        outcome=outcome,
        link=lambda number: f"/upload/one?{query({**here, 'page': number})}",
        of_outcome=lambda name: f"/upload/one?{query({'id': page.kept.id, 'outcome': name})}",
    )


ROUTES = (
    guarded("/upload/one", show, Permission.EDIT),
    guarded("/upload/progress", progress, Permission.EDIT),
    *(guarded(f"/upload/{name}", _doing(name), Permission.EDIT, "POST") for name in _DONE),
)
