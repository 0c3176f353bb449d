"""The way in and the way out."""

from __future__ import annotations

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from apps.console.forms import read_form
from apps.console.guard import COOKIE, SIGN_IN, Visit, guarded
from apps.console.pages import Pages
from apps.console.services import Services
from core.commands import Permission
from core.limits.names import HiddenNames, counted_address
from core.limits.port import Limit
from staff.signing_in import SignInRefused

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
        token = await run_sync(services.signing_in.sign_in, form.one("login"), form.typed("password"))
    except SignInRefused as refused:
        return pages.page("sign_in.html", None, status=403, error=refused.public_message)
    await run_sync(services.sessions.forget_old)
    response = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure)
    return response


async def sign_out(visit: Visit) -> Response:
    """Ends the session here, not only in the browser."""
    await run_sync(visit.services.sessions.end, visit.request.cookies[COOKIE])
    response = RedirectResponse(SIGN_IN, status_code=303)
    secure = visit.request.url.scheme == "https"
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=secure)
    return response


def _limit(request: Request, names: HiddenNames) -> Limit:
    address = counted_address(request.client.host if request.client else "")
    return Limit(names.of("staff-sign-in", address), _PER_MINUTE)


ROUTES = (
    Route(SIGN_IN, show, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    guarded("/sign-out", sign_out, Permission.OWN_ACCOUNT, "POST"),
)
OPEN_PATHS = frozenset({SIGN_IN})
