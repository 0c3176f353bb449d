"""The board of questions: what citizens ask in vain, in groups, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.content_views import agencies
from apps.console.guard import Handler, Visit, guarded
from apps.console.labels import CHANNELS
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from apps.console.question_filters import filters_of, regions_of, sees_all
from casework.commands import MOST_DAYS
from casework.listing import UNTITLED, GroupState, QuestionGroup, QuestionGroups, Wanted
from core.catalogue.reads import CatalogueReads
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict, NotFound

STATES: Final[Mapping[GroupState, str]] = {
    GroupState.OPEN: "待分派",
    GroupState.ASSIGNED: "处理中",
    GroupState.ANSWERED: "已答复",
    GroupState.DISMISSED: "不处理",
}
_DONE: Final = {
    "assign": "分派已保存。",
    "dismiss": "已标为不处理。",
    "reopen": "已重新打开。",
    "answer": "已标为已答复，同意接收通知的提问人会收到消息。",
}
_USUAL_DAYS: Final = 5


async def show_all(visit: Visit) -> Response:
    """Groups of the visitor's agency, or of all, those asked most often first."""
    asked = visit.request.query_params
    usual = GroupState.OPEN if sees_all(visit) else GroupState.ASSIGNED
    state = next((one for one in GroupState if one.value == asked.get("state")), usual)
    overdue, mine = asked.get("overdue") == "yes", asked.get("mine") == "yes"
    # Nothing else can be late.
    state = GroupState.ASSIGNED if overdue else state
    today, number = visit.services.clock.today(), page_number(asked.get("page", "1"))
    filters = await run_sync(filters_of, visit)
    owner = visit.session.account.login if mine else None
    wanted = Wanted(state, filters.agency, owner, today if overdue else None, filters.asking)
    groups = QuestionGroups(visit.services.engine)
    found, total = await run_sync(groups.page, wanted, PER_PAGE, Paging(number, 0).offset)
    ticked = {"overdue": "yes" if overdue else "", "mine": "yes" if mine else ""}
    kept = {"state": state.value, **ticked}
    return _page(
        visit,
        "board.html",
        error=filters.wrong,
        groups=found,
        state=state,
        states=STATES,
        typed={**filters.typed, **ticked},
        sees_all=sees_all(visit),
        channels=CHANNELS,
        regions=await run_sync(regions_of, visit),
        names=await run_sync(agencies, visit),
        today=today,
        paging=Paging(number, total),
        link=lambda page: filters.address("/board", **kept, page=page),
    )


async def show_one(visit: Visit) -> Response:
    """A group with its questions."""
    return await _one(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


def _doing(name: str) -> Handler:
    async def act(visit: Visit) -> Response:
        group, form = await run_sync(_found, visit), visit.form
        given: dict[str, Any] = {"id": group.id, "state": form.one("state")}
        if name == "assign":
            given |= {"agency": form.one("agency") or None, "days": form.one("days") or None}
        if name == "dismiss":
            given["reason"] = form.one("reason")
        if name == "answer":
            given |= {"kind": form.one("kind"), "external_id": form.one("external_id")}
        try:
            job = await run_sync(visit.services.commands.run, visit.session.actor, f"group.{name}", given)
        except (BadInput, Conflict) as error:
            return await _one(visit, error=error.public_message, status=400)
        if job is not None:
            await run_sync(visit.services.waker.wake, job)
        return RedirectResponse(f"/board/group?{query({'id': group.id, 'done': name})}", status_code=303)

    return act


def _found(visit: Visit) -> QuestionGroup:
    """The group of the address.

    Raises:
        NotFound: There is none.
        Denied: It is another agency's, or nobody's yet.
    """
    given = visit.request.query_params.get("id", "")
    is_number = given.isascii() and given.isdigit() and len(given) < 10
    group = QuestionGroups(visit.services.engine).one(int(given)) if is_number else None
    if group is None:
        raise NotFound("no such group")
    if not visit.session.actor.may(Permission.READ, group.agency):
        raise Denied(f"{visit.session.account.login} may not see group {group.id}")
    return group


async def _one(visit: Visit, *, done: str = "", error: str = "", status: int = 200) -> Response:
    group = await run_sync(_found, visit)
    number = page_number(visit.request.query_params.get("page", "1"))
    groups, actor = QuestionGroups(visit.services.engine), visit.session.actor
    return _page(
        visit,
        "board_group.html",
        status=status,
        done=done,
        error=error,
        group=group,
        asked=await run_sync(groups.questions, group.id, PER_PAGE, Paging(number, 0).offset),
        answer=await run_sync(_answer, visit, group),
        states=STATES,
        names=await run_sync(agencies, visit),
        may_act=actor.may(Permission.CASEWORK, group.agency),
        everywhere=actor.may(Permission.CASEWORK, None),
        may_write=visit.session.may_somewhere(Permission.EDIT),
        # The placeholder of a question that was erased is no title.
        new_title="" if group.title == UNTITLED else group.title,
        usual_days=_USUAL_DAYS,
        most_days=MOST_DAYS,
        typed=visit.form,
        paging=Paging(number, group.questions),
        link=lambda page: f"/board/group?{query({'id': group.id, 'page': page})}",
        action=lambda name: f"/board/{name}?{query({'id': group.id})}",
    )


def _answer(visit: Visit, group: QuestionGroup) -> tuple[str, str] | None:
    """Address and title of what answers the group."""
    if group.answered_kind is None or group.answered_by is None:
        return None
    reads = CatalogueReads(visit.services.engine)
    held = reads.by_external_id(group.answered_kind, group.answered_by)
    link = f"/content?{query({'kind': group.answered_kind, 'id': group.answered_by})}"
    return link, held.title if held else group.answered_by


def _page(visit: Visit, name: str, *, status: int = 200, **shown: Any) -> Response:
    pages: Pages = visit.request.app.state.pages
    return pages.page(name, visit.session, status=status, **shown)


ROUTES = (
    guarded("/board", show_all, Permission.READ),
    guarded("/board/group", show_one, Permission.READ),
    *(guarded(f"/board/{name}", _doing(name), Permission.CASEWORK, "POST") for name in _DONE),
)
