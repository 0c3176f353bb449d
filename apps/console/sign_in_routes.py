"""The way in and the way out."""

from __future__ import annotations

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from apps.console.forms import read_form
from apps.console.guard import COOKIE, LONGEST_TOKEN, SIGN_IN, Visit, guarded
from apps.console.pages import Pages
from apps.console.services import Services
from core.commands import Permission
from core.limits.names import HiddenNames, counted_address
from core.limits.port import Limit
from staff.signing_in import CodeRefused, HalfSessionOver, SignInRefused

CODE = f"{SIGN_IN}/code"
HALF_COOKIE = "weizheng_staff_code"
# Of one address: a whole office may share it, a guesser needs more.
_PER_MINUTE = 30
_TOO_MANY = "登录尝试过多，请一分钟后再试。"


async def show(request: Request) -> Response:
    """The form to sign in with."""
    pages: Pages = request.app.state.pages
    return pages.page("sign_in.html", None)


async def sign_in(request: Request) -> Response:
    """Opens a session of its own, whatever cookie came with the form."""
    services: Services = request.app.state.services
    pages: Pages = request.app.state.pages
    form = await read_form(request, None)
    if await services.limiter.admit([_limit(request, services.names)]) > 0:
        return pages.page("sign_in.html", None, status=429, error=_TOO_MANY)
    try:
        passed = await run_sync(services.signing_in.sign_in, form.one("login"), form.typed("password"))
    except SignInRefused as refused:
        return pages.page("sign_in.html", None, status=403, error=refused.public_message)
    await run_sync(services.sessions.forget_old)
    if not passed.code_needed:
        return _let_in(request, passed.token)
    response = RedirectResponse(CODE, status_code=303)
    _set_cookie(request, response, HALF_COOKIE, passed.token)
    return response


async def show_code(request: Request) -> Response:
    """The form for a code, for who has just shown the password."""
    services: Services = request.app.state.services
    pages: Pages = request.app.state.pages
    half = _half(request)
    if not half or not await run_sync(services.signing_in.awaits_code, half):
        return RedirectResponse(SIGN_IN, status_code=303)
    return pages.page("sign_in_code.html", None)


async def sign_in_with_code(request: Request) -> Response:
    """A session in the place of half a one, under another token."""
    services: Services = request.app.state.services
    pages: Pages = request.app.state.pages
    form = await read_form(request, None)
    if await services.limiter.admit([_limit(request, services.names)]) > 0:
        return pages.page("sign_in_code.html", None, status=429, error=_TOO_MANY)
    try:
        token = await run_sync(services.signing_in.finish, _half(request), form.one("code"))
    except HalfSessionOver as over:
        return pages.page("sign_in.html", None, status=403, error=over.public_message)
    except CodeRefused as refused:
        return pages.page("sign_in_code.html", None, status=403, error=refused.public_message)
    response = _let_in(request, token)
    _delete_cookie(request, response, HALF_COOKIE)
    return response


async def sign_out(visit: Visit) -> Response:
    """Ends the session here, not only in the browser."""
    await run_sync(visit.services.sessions.end, visit.request.cookies[COOKIE])
    response = RedirectResponse(SIGN_IN, status_code=303)
    _delete_cookie(visit.request, response, COOKIE)
    return response


def _let_in(request: Request, token: str) -> Response:
    response = RedirectResponse("/", status_code=303)
    _set_cookie(request, response, COOKIE, token)
    return response


def _set_cookie(request: Request, response: Response, name: str, token: str) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, token, httponly=True, samesite="strict", secure=secure)


def _delete_cookie(request: Request, response: Response, name: str) -> None:
    secure = request.url.scheme == "https"
    response.delete_cookie(name, httponly=True, samesite="strict", secure=secure)


def _half(request: Request) -> str:
    """The token of half a session; empty for what cannot be one."""
    token = request.cookies.get(HALF_COOKIE, "")
    return token if len(token) <= LONGEST_TOKEN else ""


def _limit(request: Request, names: HiddenNames) -> Limit:
    address = counted_address(request.client.host if request.client else "")
    return Limit(names.of("staff-sign-in", address), _PER_MINUTE)


ROUTES = (
    Route(SIGN_IN, show, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route(CODE, show_code, methods=["GET"]),
    Route(CODE, sign_in_with_code, methods=["POST"]),
    guarded("/sign-out", sign_out, Permission.OWN_ACCOUNT, "POST", before_set_up=True),
)
OPEN_PATHS = frozenset({SIGN_IN, CODE})
