"""The page of the off switch: what is off, both buttons, and what was done before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from apps.console.guard import Handler, Visit, guarded
from apps.console.pages import Pages
from core.commands import Permission
from core.database.engine import reading
from core.errors import BadInput
from core.switch.state import Outlet, SwitchState, switch_state
from staff.audit import Entry, entries

_NAMES: Final = {"turn_off": "assistant.turn_off", "turn_on": "assistant.turn_on"}
_DONE: Final = {"turn_off": "已关闭，市民现在看到的是停用提示。", "turn_on": "已开启。"}
_SHOWN: Final = 20
MESSAGE: Final = "智能咨询正在维护，暂停服务。请稍后再来，或拨打政务服务便民热线{hotline}。"
OUTLETS: Final = (Outlet.ALL, Outlet.WEB)


async def show(visit: Visit) -> Response:
    """The state, and the last times that it was changed."""
    return await _page(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


def _doing(name: str) -> Handler:
    async def act(visit: Visit) -> Response:
        if visit.form.one("sure") != "yes":
            return await _page(visit, error="请勾选确认。")
        fields = ("outlet", "reason", "message") if name == "turn_off" else ("outlet",)
        given = {field: visit.form.one(field) for field in fields}
        try:
            await run_sync(visit.services.commands.run, visit.session.actor, _NAMES[name], given)
        except BadInput as error:
            return await _page(visit, error=error.public_message)
        return RedirectResponse(f"/switch?done={name}", status_code=303)

    return act


async def _page(visit: Visit, *, error: str = "", done: str = "") -> Response:
    state, history = await run_sync(_read, visit.services.engine)
    pages: Pages = visit.request.app.state.pages
    typed: Mapping[str, Any] = {name: visit.form.one(name) for name in ("outlet", "reason", "message")}
    return pages.page(
        "switch.html",
        visit.session,
        status=400 if error else 200,
        error=error,
        done=done,
        state=state,
        history=history,
        outlets=OUTLETS,
        typed={**typed, "message": typed["message"] or MESSAGE.format(hotline=visit.services.hotline)},
        may_switch=visit.session.actor.may(Permission.SWITCH, None),
    )


def _read(engine: Engine) -> tuple[SwitchState, list[Entry]]:
    with reading(engine) as connection:
        found = [
            entry for name in _NAMES.values() for entry in entries(connection, command=name, limit=_SHOWN)[0]
        ]
        return switch_state(connection), sorted(found, key=lambda one: -one.number)[:_SHOWN]


ROUTES = (
    guarded("/switch", show, Permission.SWITCH),
    *(guarded(f"/switch/{name}", _doing(name), Permission.SWITCH, "POST") for name in _NAMES),
)
