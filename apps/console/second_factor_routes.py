"""One's own second factor: turned on with an app, given new recovery codes, turned off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.guard import SET_UP, Visit, guarded
from apps.console.pages import Pages
from apps.console.qr import qr_svg
from core.commands import Permission
from core.database.engine import reading
from core.errors import BadInput, NotFound
from staff.second_factor.codes import address, in_groups
from staff.second_factor.factors import Factor, begun_secret, find_factor
from staff.signing_in import SignInRefused

_NOT_RIGHT = "密码或验证码不正确，或者尝试次数过多，请稍后再试。"


@dataclass(frozen=True)
class _Standing:
    """A second factor as its owner sees it: on, begun in this session, or neither."""

    factor: Factor | None
    secret: str | None


async def show(visit: Visit) -> Response:
    """How it stands, and what may be done next."""
    return await _page(visit, done=_DONE.get(visit.request.query_params.get("done", ""), ""))


async def begin(visit: Visit) -> Response:
    """A new secret, for who knows the password."""
    signing_in, login = visit.services.signing_in, visit.session.account.login
    try:
        await run_sync(signing_in.confirm, login, visit.form.typed("password"))
        await _run(visit, "account.begin_second_factor")
    except SignInRefused:
        return await _page(visit, error="密码不正确，或者尝试次数过多，请稍后再试。")
    except BadInput as error:
        return await _page(visit, error=error.public_message)
    return RedirectResponse(SET_UP, status_code=303)


async def show_qr(visit: Visit) -> Response:
    """The secret that was begun in this session, for the app's camera."""
    standing = await run_sync(_standing, visit)
    if standing.secret is None:
        raise NotFound("no secret begun")
    issuer = f"{visit.services.city}微政通"
    picture = qr_svg(address(standing.secret, visit.session.account.login, issuer))
    return Response(picture, media_type="image/svg+xml")


async def confirm(visit: Visit) -> Response:
    """Turns it on by the first code; recovery codes are on this page and never again."""
    try:
        codes = await _run(visit, "account.confirm_second_factor", {"code": visit.form.one("code")})
    except BadInput as error:
        return await _page(visit, error=_in_words(error))
    return await _page(visit, codes=codes)


async def renew_codes(visit: Visit) -> Response:
    """Other recovery codes, for who knows password and code."""
    try:
        await _confirm_both(visit)
        codes = await _run(visit, "account.renew_recovery_codes")
    except SignInRefused:
        return await _page(visit, error=_NOT_RIGHT)
    except BadInput as error:
        return await _page(visit, error=error.public_message)
    return await _page(visit, codes=codes)


async def remove(visit: Visit) -> Response:
    """Turns it off, for who knows password and code."""
    try:
        await _confirm_both(visit)
        await _run(visit, "account.remove_second_factor")
    except SignInRefused:
        return await _page(visit, error=_NOT_RIGHT)
    except BadInput as error:
        return await _page(visit, error=error.public_message)
    return RedirectResponse(f"{SET_UP}?done=remove", status_code=303)


async def _confirm_both(visit: Visit) -> None:
    """Asks for nothing where there is no second factor: the command says so."""
    login, form = visit.session.account.login, visit.form
    if visit.session.account.second_factor:
        both = (form.typed("password"), form.one("code"))
        await run_sync(visit.services.signing_in.confirm_both, login, *both)


async def _run(visit: Visit, command: str, given: Mapping[str, Any] | None = None) -> Any:
    return await run_sync(visit.services.commands.run, visit.session.actor, command, given or {})


async def _page(visit: Visit, *, codes: list[str] | None = None, error: str = "", done: str = "") -> Response:
    standing = await run_sync(_standing, visit)
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "second_factor.html",
        visit.session,
        status=400 if error else 200,
        error=error,
        done=done,
        codes=codes or [],
        factor=standing.factor,
        secret=in_groups(standing.secret) if standing.secret else "",
        needed=visit.services.second_factor_required,
    )


def _standing(visit: Visit) -> _Standing:
    account, session = visit.session.account, visit.session.actor.session
    with reading(visit.services.engine) as connection:
        factor = find_factor(connection, account.id)
        now = visit.services.clock.now()
        secret = begun_secret(connection, visit.services.box, account.id, session, now)
    return _Standing(factor, secret)


def _in_words(error: BadInput) -> str:
    typed_nothing = error.detail.startswith("account.confirm_second_factor")
    return "请输入应用上的六位动态码。" if typed_nothing else error.public_message


_DONE = {"remove": "已关闭两步验证。"}
_OWN = Permission.OWN_ACCOUNT
ROUTES = (
    guarded(SET_UP, show, _OWN, before_set_up=True),
    guarded(f"{SET_UP}/begin", begin, _OWN, "POST", before_set_up=True),
    guarded(f"{SET_UP}/qr.svg", show_qr, _OWN, before_set_up=True),
    guarded(f"{SET_UP}/confirm", confirm, _OWN, "POST", before_set_up=True),
    guarded(f"{SET_UP}/codes", renew_codes, _OWN, "POST"),
    guarded(f"{SET_UP}/off", remove, _OWN, "POST"),
)
