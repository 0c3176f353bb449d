"""Pages of accounts: the list, a new one, and one that is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from apps.console.forms import Form
from apps.console.guard import Visit, guarded
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from core.catalogue.reads import CatalogueReads
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import BadInput
from staff.accounts import Account, by_login, listed
from staff.sessions import Session

_NOBODY: Mapping[str, Any] = {"login": "", "name": "", "agency": None, "roles": [], "active": True}


async def show_all(visit: Visit) -> Response:
    """Accounts of the agencies that the visitor looks after, searched and paged by the database."""
    asked = visit.request.query_params
    q, number = asked.get("q", "")[:100], page_number(asked.get("page", "1"))
    accounts, total = await run_sync(_page_of, visit.services.engine, visit.session, q, number)
    return _pages(visit).page(
        "accounts.html",
        visit.session,
        accounts=accounts,
        agencies=await run_sync(_agencies, visit),
        paging=Paging(number, total),
        q=q,
        link=lambda page: f"/accounts?{query({'q': q, 'page': page})}",
        done=_DONE.get(asked.get("done", ""), ""),
    )


async def show_new(visit: Visit) -> Response:
    """The form for a new account."""
    return await _form(visit, "account_new.html", _NOBODY)


async def add(visit: Visit) -> Response:
    """Adds an account."""
    given = _fields(visit.form) | {"login": visit.form.one("login")}
    del given["active"]
    secret = {"password": visit.form.typed("password")}
    return await _run(visit, "account.add", given | secret, "account_new.html", given | {"active": True})


async def show_one(visit: Visit) -> Response:
    """The form for a known account."""
    return await _form(visit, "account.html", _told(await run_sync(_known, visit)))


async def change(visit: Visit) -> Response:
    """Changes an account."""
    held = await run_sync(_known, visit)
    given = _fields(visit.form) | {"login": held.login}
    shown = given | {"second_factor": held.second_factor}
    return await _run(visit, "account.change", given, "account.html", shown)


async def set_password(visit: Visit) -> Response:
    """Gives an account another password."""
    held = await run_sync(_known, visit)
    given = {"login": held.login, "password": visit.form.typed("password")}
    return await _run(visit, "account.set_password", given, "account.html", _told(held))


async def reset_second_factor(visit: Visit) -> Response:
    """Takes the second factor of somebody away who has lost it."""
    held = await run_sync(_known, visit)
    given = {"login": held.login}
    return await _run(visit, "account.reset_second_factor", given, "account.html", _told(held))


async def _run(
    visit: Visit, command: str, given: Mapping[str, Any], template: str, shown: Mapping[str, Any]
) -> Response:
    """Runs a command: back to the list, or the form again with what is wrong in it."""
    try:
        await run_sync(visit.services.commands.run, visit.session.actor, command, given)
    except BadInput as error:
        return await _form(visit, template, shown, error.public_message)
    return RedirectResponse(f"/accounts?{query({'done': command.rpartition('.')[2]})}", status_code=303)


async def _form(visit: Visit, template: str, shown: Mapping[str, Any], error: str = "") -> Response:
    return _pages(visit).page(
        template,
        visit.session,
        account=shown,
        agencies=await run_sync(_agencies, visit),
        everywhere=_everywhere(visit.session),
        error=error,
        status=400 if error else 200,
    )


def _fields(form: Form) -> dict[str, Any]:
    return {
        "name": form.one("name"),
        "agency": form.one("agency") or None,
        "roles": form.all("role"),
        "active": form.one("active") == "yes",
    }


def _known(visit: Visit) -> Account:
    """The account of the address, if the visitor looks after it.

    Raises:
        Denied: Not theirs to look at.
    """
    with reading(visit.services.engine) as connection:
        held = by_login(connection, visit.request.path_params["login"])
    if not visit.session.actor.may(Permission.MANAGE_STAFF, held.agency):
        raise Denied(f"{visit.session.account.login} may not see {held.login}")
    return held


def _told(held: Account) -> dict[str, Any]:
    return {
        "login": held.login, "name": held.name, "agency": held.agency,
        "roles": sorted(held.roles), "active": held.active, "second_factor": held.second_factor,
    }  # fmt: skip


def _everywhere(session: Session) -> bool:
    return session.actor.may(Permission.MANAGE_STAFF, None)


def _page_of(engine: Engine, session: Session, q: str, number: int) -> tuple[list[Account], int]:
    agency = None if _everywhere(session) else session.account.agency
    with reading(engine) as connection:
        return listed(connection, q, agency, PER_PAGE, Paging(number, 0).offset)


def _agencies(visit: Visit) -> dict[str, str]:
    """Names of the agencies that an account may be given to, by external id."""
    known = CatalogueReads(visit.services.engine).agencies()
    may = visit.session.actor.may
    return {one.external_id: one.name for one in known if may(Permission.MANAGE_STAFF, one.external_id)}


def _pages(visit: Visit) -> Pages:
    pages: Pages = visit.request.app.state.pages
    return pages


_DONE = {
    "add": "已添加账号。",
    "change": "已保存。",
    "set_password": "密码已更换，该账号需要重新登录。",
    "reset_second_factor": "两步验证已重置，该账号需要重新登录。",
}
_LOGIN = "/accounts/{login}"
ROUTES = (
    guarded("/accounts", show_all, Permission.MANAGE_STAFF),
    guarded("/accounts", add, Permission.MANAGE_STAFF, "POST"),
    guarded("/accounts-new", show_new, Permission.MANAGE_STAFF),
    guarded(_LOGIN, show_one, Permission.MANAGE_STAFF),
    guarded(_LOGIN, change, Permission.MANAGE_STAFF, "POST"),
    guarded(f"{_LOGIN}/password", set_password, Permission.MANAGE_STAFF, "POST"),
    guarded(f"{_LOGIN}/second-factor", reset_second_factor, Permission.MANAGE_STAFF, "POST"),
)
