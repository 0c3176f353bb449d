"""Who may see a page and send a form: every route but the way in goes through here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from apps.console.forms import MOST_BYTES, MOST_FIELDS, ForeignForm, Form, header_form, read_form
from apps.console.labels import LABELS
from apps.console.pages import Pages
from apps.console.services import Services
from core.commands import Denied, Permission
from core.errors import BadInput, WeizhengError
from staff.sessions import Session

COOKIE: Final = "weizheng_staff"
SIGN_IN: Final = "/sign-in"
SET_UP: Final = "/me/second-factor"
LONGEST_TOKEN: Final = 100


@dataclass(frozen=True)
class Visit:
    """A request of somebody signed in; `form` is empty where none was posted."""

    request: Request
    services: Services
    session: Session
    form: Form


Handler = Callable[[Visit], Awaitable[Response]]


def guarded(
    path: str,
    handler: Handler,
    permission: Permission,
    method: str = "GET",
    *,
    most_bytes: int = MOST_BYTES,
    most_fields: int = MOST_FIELDS,
    kept: Sequence[str] = (),
    streamed: bool = False,
    before_set_up: bool = False,
) -> Route:
    """A route for those who may do this somewhere.

    What the page shows, and what a command may touch, is checked again for each agency.

    Args:
        most_bytes: Longest form that it takes.
        most_fields: How many fields it may have.
        kept: Fields that are shown once more where the session is over, so that nobody writes them again;
            a list of rows by its name.
        streamed: The body is a file, which the handler reads; the session's token is a header.
        before_set_up: Also for who still has to set a second factor up.
    """

    async def visited(request: Request) -> Response:
        if "\0" in request.url.path or "\0" in "".join(request.query_params.values()):
            raise BadInput("no text")
        services: Services = request.app.state.services
        token = request.cookies.get(COOKIE, "")
        session = await run_sync(services.sessions.find, token) if 0 < len(token) <= LONGEST_TOKEN else None
        if session is None and not (method == "POST" and kept):
            return RedirectResponse(SIGN_IN, status_code=303)
        # For the page that says what went wrong.
        request.state.session = session
        form = Form(())
        if streamed:
            form = header_form(request)
        elif method == "POST":
            form = await _form(request, session, (most_bytes, most_fields), kept)
        if session is None or not (method == "GET" or form.is_of(session.form_token)):
            return _over(request, form, kept)
        if services.second_factor_required and not (session.account.second_factor or before_set_up):
            return _led_to_set_up(request, form, kept)
        if not session.may_somewhere(permission):
            raise Denied(f"{session.account.login} may not see {path}")
        return await handler(Visit(request, services, session, form))

    return Route(path, visited, methods=[method])


async def _form(
    request: Request, session: Session | None, most: tuple[int, int], kept: Sequence[str]
) -> Form:
    """The form; where fields of it are kept also that of a session that is over."""
    try:
        return await read_form(request, session.form_token if session and not kept else None, *most)
    except WeizhengError:
        if session is None:
            return Form(())
        raise


def _over(request: Request, form: Form, kept: Sequence[str]) -> Response:
    """Changes nothing, and gives what was typed back."""
    fields = _typed(form, kept)
    if not fields and request.state.session is not None:
        raise ForeignForm()
    if not fields:
        return RedirectResponse(SIGN_IN, status_code=303)
    pages: Pages = request.app.state.pages
    return pages.page("over.html", None, status=403, fields=fields, then=SIGN_IN)


def _led_to_set_up(request: Request, form: Form, kept: Sequence[str]) -> Response:
    """The same for a session that was there before a second factor was asked for."""
    fields = _typed(form, kept)
    if not fields:
        return RedirectResponse(SET_UP, status_code=303)
    pages: Pages = request.app.state.pages
    return pages.page("over.html", request.state.session, status=403, fields=fields, then=SET_UP)


def _typed(form: Form, kept: Sequence[str]) -> list[tuple[str, str]]:
    said = [(name, "\n".join(form.below(name))) for name in kept]
    return [(LABELS.get(name, name), text) for name, text in said if text]
