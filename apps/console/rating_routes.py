"""Good-or-bad ratings (好差评): what is rated badly, who looks into it, by when, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_views import agencies
from apps.console.guard import Handler, Visit, guarded
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from apps.console.question_filters import regions_of
from casework.ratings.commands import MOST_SAID
from casework.ratings.listing import UNDONE, Chosen, RatingList, RatingRow
from casework.ratings.models import How, Level, Outcome, TaskState
from core.citizens.consents import Purpose, agreed
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import BadInput, Conflict, NotFound

_LIST: Final = "/board/ratings"
_ALL: Final = "all"
STATES: Final[Mapping[str, str]] = {
    "undone": "未办结的差评",
    **{state.value: f"差评：{state.label}" for state in TaskState},
    _ALL: "全部评价",
}
_DONE: Final = {
    "assign": "已保存。",
    "call_back": "回访已记录。",
    "close": "已办结。",
    "reopen": "已重新打开。",
}
_FIELDS: Final = {"call_back": ("how", "outcome", "said"), "close": ("note",)}


async def show_all(visit: Visit) -> Response:
    """Bad ratings of the visitor's agency, or of all, those due first; or all ratings, the latest first."""
    asked, reads = visit.request.query_params, RatingList(visit.services.engine)
    state = asked.get("state", "")
    state, today = state if state in STATES else next(iter(STATES)), visit.services.clock.today()
    own = _own(visit)
    agency = own if own is not None else asked.get("agency") or None
    late = asked.get("overdue") == "on" and state != _ALL
    level = next((one for one in Level if str(one.value) == asked.get("level")), None)
    chosen = Chosen(_states(state), level, agency, today if late else None)
    number = page_number(asked.get("page", "1"))
    total = await run_sync(reads.count, chosen)
    kept: dict[str, object] = {"state": state, "level": level.value if level else None}
    kept |= {"overdue": "on" if late else None, "agency": agency if own is None else None}
    return _page(
        visit,
        "ratings.html",
        ratings=await run_sync(reads.listed, chosen, PER_PAGE, Paging(number, 0).offset),
        counts=await run_sync(_counts, reads, own, today),
        state=state,
        states=STATES,
        level=level,
        levels=list(Level),
        agency=agency,
        late=late,
        everywhere=own is None,
        names=await run_sync(agencies, visit),
        today=today,
        paging=Paging(number, total),
        link=lambda page: f"{_LIST}?{query({**kept, 'page': page})}",
    )


def _own(visit: Visit) -> str | None:
    """Whose ratings the visitor may see; None is everybody's."""
    everywhere = visit.session.actor.may(Permission.READ, None)
    return None if everywhere else visit.session.account.agency or ""


def _states(state: str) -> tuple[TaskState, ...]:
    if state == _ALL:
        return ()
    return tuple(one for one in TaskState if one.value == state) or UNDONE


def _counts(reads: RatingList, own: str | None, today: date) -> tuple[int, int]:
    """Tasks that are not closed, and those of them that are overdue."""
    return reads.count(Chosen(agency=own)), reads.count(Chosen(agency=own, overdue_on=today))


async def show_one(visit: Visit) -> Response:
    """A rating with what was done about it."""
    return await _one(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


def _doing(name: str) -> Handler:
    async def act(visit: Visit) -> Response:
        one, form = await run_sync(_found, visit), visit.form
        given: dict[str, Any] = {"id": one.id, "state": form.one("state")}
        if name == "assign":
            given["agency"] = form.one("agency") or None
        given |= {field: form.one(field) for field in _FIELDS.get(name, ())}
        try:
            job = await run_sync(visit.services.commands.run, visit.session.actor, f"rating.{name}", given)
        except (BadInput, Conflict) as error:
            return await _one(visit, error=error.public_message, status=400)
        if job is not None:
            await run_sync(visit.services.waker.wake, job)
        then = f"/board/rating?{query({'id': one.id, 'done': name})}"
        return RedirectResponse(then if await run_sync(_may_see, visit, one.id) else _LIST, status_code=303)

    return act


def _may_see(visit: Visit, number: str) -> bool:
    """Whether the visitor may see it now; what was given away they may not."""
    one = RatingList(visit.services.engine).one(number)
    return one is not None and _is_shown(visit, one)


def _is_shown(visit: Visit, one: RatingRow) -> bool:
    """To whose item was rated, and to who has the task."""
    whose = {one.agency, *([one.task.agency] if one.task else [])}
    return any(visit.session.actor.may(Permission.READ, agency) for agency in whose)


def _found(visit: Visit) -> RatingRow:
    """The rating of the address.

    Raises:
        NotFound: There is none.
        Denied: It is another agency's, or nobody's yet.
    """
    given = visit.request.query_params.get("id", "")
    one = RatingList(visit.services.engine).one(given) if given else None
    if one is None:
        raise NotFound("no such rating")
    if not _is_shown(visit, one):
        raise Denied(f"{visit.session.account.login} may not see rating {one.id}")
    return one


async def _one(visit: Visit, *, done: str = "", error: str = "", status: int = 200) -> Response:
    one, actor = await run_sync(_found, visit), visit.session.actor
    task = one.task
    return _page(
        visit,
        "rating.html",
        status=status,
        done=done,
        error=error,
        rating=one,
        task=task,
        steps=await run_sync(RatingList(visit.services.engine).steps, one.id),
        may_be_told=await run_sync(_may_be_told, visit, one),
        hows=list(How),
        outcomes=list(Outcome),
        most_said=MOST_SAID,
        names=await run_sync(agencies, visit),
        region=await run_sync(_region, visit, one.region),
        today=visit.services.clock.today(),
        may_act=task is not None and actor.may(Permission.CASEWORK, task.agency),
        everywhere=actor.may(Permission.CASEWORK, None),
        typed=visit.form,
        action=lambda name: f"/board/rating/{name}?{query({'id': one.id})}",
    )


def _may_be_told(visit: Visit, one: RatingRow) -> bool:
    """Whether a reply may go into an inbox."""
    if one.citizen is None:
        return False
    with reading(visit.services.engine) as connection:
        return Purpose.FOLLOWUP_NOTICE in agreed(connection, one.citizen)


def _region(visit: Visit, code: str | None) -> str:
    return regions_of(visit).get(code, code) if code else ""


def _page(visit: Visit, name: str, *, status: int = 200, **shown: Any) -> Response:
    pages: Pages = visit.request.app.state.pages
    return pages.page(name, visit.session, status=status, **shown)


ROUTES = (
    guarded(_LIST, show_all, Permission.READ),
    guarded("/board/rating", show_one, Permission.READ),
    *(guarded(f"/board/rating/{name}", _doing(name), Permission.CASEWORK, "POST") for name in _DONE),
)
