"""The log of answers: what was asked, what was answered, and the way to what has to be improved."""

from __future__ import annotations

from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.answer_views import answer_of, improving, sources_of
from apps.console.content_views import agencies
from apps.console.guard import Visit, guarded
from apps.console.labels import ANSWERED, CHANNELS, REASONS, STEPS
from apps.console.pages import Pages
from apps.console.question_filters import filters_of, place_of, regions_of, sees_all, written
from casework.answers import LoggedAnswers, Wanted
from core.answering import AnswerStatus
from core.commands import Permission

_PER_PAGE: Final = 50


async def show_all(visit: Visit) -> Response:
    """Answers of the visitor's agency, or of all, the latest first."""
    asked = visit.request.query_params
    filters = await run_sync(filters_of, visit)
    status = next((one for one in AnswerStatus if one.value == asked.get("status")), None)
    badly, before = asked.get("badly") == "yes", place_of(asked.get("before", ""))
    wanted = Wanted(status, filters.agency, filters.asking, badly)
    page = await run_sync(LoggedAnswers(visit.services.engine).page, wanted, _PER_PAGE, before)
    kept = {"status": status.value if status else "", "badly": "yes" if badly else ""}
    return _page(
        visit,
        "board_answers.html",
        error=filters.wrong,
        page=page,
        typed={**filters.typed, **kept},
        before=before,
        names=await run_sync(agencies, visit),
        regions=await run_sync(regions_of, visit),
        channels=CHANNELS,
        sees_all=sees_all(visit),
        first=filters.address("/board/answers", **kept),
        older=filters.address("/board/answers", **kept, before=written(page.next)),
    )


async def show_one(visit: Visit) -> Response:
    """An answer with what it quoted, as it was then."""
    answer = await run_sync(_found, visit)
    return _page(
        visit,
        "board_answer.html",
        answer=answer,
        sources=await run_sync(sources_of, visit, answer),
        names=await run_sync(agencies, visit),
        regions=await run_sync(regions_of, visit),
        channels=CHANNELS,
        reasons=REASONS,
        steps=STEPS,
        may_see_group=answer.group is not None
        and visit.session.actor.may(Permission.READ, answer.group_agency),
    )


async def improve(visit: Visit) -> Response:
    """Leads to where what an answer quoted is edited, or, who may not edit it, to where it is read."""
    asked = visit.request.query_params
    answer = await run_sync(_found, visit)
    address = await run_sync(improving, visit, answer, asked.get("kind", ""), asked.get("record", ""))
    return RedirectResponse(address, status_code=303)


def _found(visit: Visit) -> Any:
    return answer_of(visit, visit.request.query_params.get("id", ""))


def _page(visit: Visit, name: str, **shown: Any) -> Response:
    pages: Pages = visit.request.app.state.pages
    return pages.page(name, visit.session, answered=ANSWERED, statuses=list(AnswerStatus), **shown)


ROUTES = (
    guarded("/board/answers", show_all, Permission.READ),
    guarded("/board/logged", show_one, Permission.READ),
    guarded("/board/improve", improve, Permission.READ),
)
