"""The first page, and one's own account: password and delegation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.guard import SIGN_IN, Visit, guarded
from apps.console.pages import Pages, query
from core.commands import Permission
from core.database.engine import reading
from core.errors import BadInput, NotFound
from staff.accounts import Delegation, delegations_of
from staff.signing_in import SignInRefused


async def home(visit: Visit) -> Response:
    """What the visitor may do here."""
    return _pages(visit).page("home.html", visit.session)


async def show(visit: Visit) -> Response:
    """One's own account."""
    return await _own(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


async def change_password(visit: Visit) -> Response:
    """Changes one's own password; every session ends, this one too."""
    new = visit.form.typed("new")
    if new != visit.form.typed("again"):
        return await _own(visit, error="两次输入的新密码不一致。")
    confirm, login = visit.services.signing_in.confirm, visit.session.account.login
    try:
        await run_sync(confirm, login, visit.form.typed("current"))
    except SignInRefused:
        return await _own(visit, error="原密码不正确，或者尝试次数过多，请稍后再试。")
    return await _run(visit, "account.change_password", {"new": new}, SIGN_IN)


async def delegate(visit: Visit) -> Response:
    """Lends one's rights to a colleague."""
    days = {name: visit.form.one(name) for name in ("first_day", "last_day")}
    if not all(map(_is_day, days.values())):
        return await _own(visit, error="请填写起止日期。")
    given = {"giver": visit.session.account.login, "taker": visit.form.one("taker"), **days}
    return await _run(visit, "account.delegate", given, "/me")


async def end_delegation(visit: Visit) -> Response:
    """Takes lent rights back."""
    given = {"giver": visit.session.account.login, "delegation": visit.form.one("delegation")}
    return await _run(visit, "account.end_delegation", given, "/me")


async def _run(visit: Visit, command: str, given: Mapping[str, Any], then: str) -> Response:
    try:
        await run_sync(visit.services.commands.run, visit.session.actor, command, given)
    except (BadInput, NotFound) as error:
        return await _own(visit, error=error.public_message)
    return RedirectResponse(f"{then}?{query({'done': command.rpartition('.')[2]})}", status_code=303)


async def _own(visit: Visit, **shown: Any) -> Response:
    delegations = await run_sync(_delegations, visit)
    status = 400 if shown.get("error") else 200
    return _pages(visit).page("me.html", visit.session, status=status, delegations=delegations, **shown)


def _delegations(visit: Visit) -> list[Delegation]:
    with reading(visit.services.engine) as connection:
        return delegations_of(connection, visit.session.account.id, visit.services.clock.today())


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _pages(visit: Visit) -> Pages:
    pages: Pages = visit.request.app.state.pages
    return pages


_DONE = {"delegate": "已委托。", "end_delegation": "已收回委托。"}
ROUTES = (
    guarded("/", home, Permission.OWN_ACCOUNT),
    guarded("/me", show, Permission.OWN_ACCOUNT),
    guarded("/me/password", change_password, Permission.OWN_ACCOUNT, "POST"),
    guarded("/me/delegations", delegate, Permission.OWN_ACCOUNT, "POST"),
    guarded("/me/delegations/end", end_delegation, Permission.OWN_ACCOUNT, "POST"),
)
