"""Around every request: an id for the logs, security headers, and no stack trace for anybody."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.portal.errors import internal_error, log_defect
from apps.portal.words import Words
from core.logs import new_request_id, request_context

_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Edge:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, words: Words) -> None:
        self._app = app
        self._words = words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and answers for what goes wrong inside."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = new_request_id()
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message, scope["path"], identifier)
            await send(message)

        with request_context(identifier):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:
                log_defect(error)
                if not started:
                    await internal_error(self._words)(scope, receive, send_with_headers)


def _add_headers(message: Message, path: str, identifier: str) -> None:
    headers = MutableHeaders(scope=message)
    headers.update({**_HEADERS, "X-Request-ID": identifier})
    if path.startswith("/static/") or path == "/":
        headers["Cache-Control"] = "no-cache"
    else:
        headers["Cache-Control"] = "no-store"
