"""Around every request: an id for the logs, security headers, and a page for whatever goes wrong."""

from __future__ import annotations

import logging
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.console.pages import Pages
from core.commands import Denied
from core.errors import BadInput, Conflict, DeadlineExceeded, NotFound, Unavailable, WeizhengError
from core.logs import defect, new_request_id, request_context

log = logging.getLogger(__name__)
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000"
_STATUS: Final[tuple[tuple[type[WeizhengError], int], ...]] = (
    (Denied, 403),
    (BadInput, 400),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
    (DeadlineExceeded, 503),
)
_OF_STATUS = {404: NotFound.public_message, 405: "不支持这种请求方式。"}


class Edge:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on with its id, and adds the headers to every response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = new_request_id()
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, "X-Request-ID": identifier})
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = _HSTS
                if scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "no-cache"
            await send(message)

        with request_context(identifier):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:
                log.error("unhandled error", extra=defect(error))
                if not started:
                    response = _page(Request(scope), 500, WeizhengError.public_message)
                    await response(scope, receive, send_with_headers)


def _page(request: Request, status: int, message: str) -> Response:
    pages: Pages = request.app.state.pages
    session = getattr(request.state, "session", None)
    return pages.page("error.html", session, status=status, error=message)


def status_of(error: WeizhengError) -> int:
    """The HTTP status of an error of ours."""
    return next((number for kind, number in _STATUS if isinstance(error, kind)), 500)


async def known_error(request: Request, error: Exception) -> Response:
    """An error of ours as a page."""
    assert isinstance(error, WeizhengError)  # noqa: S101 - the only ones registered for this
    status = status_of(error)
    if status >= 500:
        log.warning("request failed", extra={"code": error.code, "kind": type(error).__name__})
    return _page(request, status, error.public_message)


async def refused(request: Request, error: Exception) -> Response:
    """A page that does not exist, or not for this method."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    return _page(request, status, _OF_STATUS.get(status, BadInput.public_message))
