"""Around every request: an id for the logs, security headers, and no stack trace for anybody."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.portal.errors import error_response, internal_error, log_defect
from apps.portal.words import Words
from core.logs import new_request_id, request_context

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Not with subdomains: those of the city are not ours to decide on.
_HSTS = "max-age=31536000"
_MOST_PATH = 1024
# The longest question, percent-encoded, and what else a query may hold.
_MOST_QUERY = 24 * 1024


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
                _add_headers(message, scope, identifier)
            await send(message)

        with request_context(identifier):
            if _is_too_long(scope):
                too_long = error_response(414, "too_long", "请求的地址过长。")
                await too_long(scope, receive, send_with_headers)
                return
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as error:
                log_defect(error)
                if not started:
                    await internal_error(self._words)(scope, receive, send_with_headers)


def _is_too_long(scope: Scope) -> bool:
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    return len(raw_path) > _MOST_PATH or len(scope["query_string"]) > _MOST_QUERY


def _add_headers(message: Message, scope: Scope, identifier: str) -> None:
    headers = MutableHeaders(scope=message)
    headers.update({**_HEADERS, "X-Request-ID": identifier})
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = _HSTS
    if scope["path"].startswith("/static/") or scope["path"] == "/":
        headers["Cache-Control"] = "no-cache"
    else:
        headers["Cache-Control"] = "no-store"
