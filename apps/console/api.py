"""The HTTP twin of the console, for programs of agencies: tokens and JSON instead of sessions and pages."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from anyio.to_thread import run_sync
from pydantic_core import to_jsonable_python
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from apps.console.api_body import Refused, fingerprint, read_json
from apps.console.api_reads import page_of_contents, page_of_drafts, whole_content, whose
from apps.console.api_reports import reported
from apps.console.services import Services
from core.commands import Denied, Permission
from core.errors import BadInput, Conflict, NotFound, Unavailable, WeizhengError
from core.limits.names import counted_address
from core.limits.port import Limit
from staff.actors import TOKEN_PERMISSIONS
from staff.once import KeyReused, Once
from staff.tokens import LONGEST, Token

log = logging.getLogger(__name__)
PATH: Final = "/api/v1"
# Of one token; and of refusals from one address, so that guessing fills no log.
PER_MINUTE: Final = 120
REFUSALS_PER_MINUTE: Final = 30
# An examination takes seconds of a thread, and tells people something, not programs. What a correction tells
# citizens cannot be taken back: somebody has read it first, as they will. Uploads are those of the page.
_FOR_PEOPLE: Final = frozenset(
    {"content.examine", "recall.correct", "upload.import", "upload.cancel", "upload.retry"}
)
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_STATUS: Final[tuple[tuple[type[WeizhengError], int], ...]] = (
    (Denied, 403),
    (BadInput, 400),
    (NotFound, 404),
    (Conflict, 409),
    (KeyReused, 422),
    (Unavailable, 503),
)
_OF_HTTP: Final = {
    404: ("not_found", NotFound.public_message),
    405: ("method_not_allowed", "不支持这种请求方式。"),
}


@dataclass(frozen=True)
class Call:
    """A request of a program whose token is good."""

    request: Request
    services: Services
    token: Token


Handler = Callable[[Call], Awaitable[Response]]


def api_app(services: Services) -> Starlette:
    """What is mounted at `PATH`; cookies are not looked at."""

    def tokened(path: str, handler: Handler, method: str = "GET") -> Route:
        async def called(request: Request) -> Response:
            token = await _token(request, services)
            wait = await services.limiter.admit([Limit(services.names.of("api", str(token.id)), PER_MINUTE)])
            if wait > 0:
                raise Refused(429, "blocked_rate", "请求太频繁，请稍后再试。", retry_after=math.ceil(wait))
            return await handler(Call(request, services, token))

        return Route(path, called, methods=[method])

    handlers: dict[Any, Any] = {WeizhengError: _known, HTTPException: _unknown, Exception: _defect}
    return Starlette(
        routes=[
            tokened("/me", _me),
            tokened("/contents", _contents),
            tokened("/content", _content),
            tokened("/drafts", _drafts),
            tokened("/commands/{name}", _run, "POST"),
            tokened("/interactions", _report, "POST"),
        ],
        exception_handlers=handlers,
    )


async def _token(request: Request, services: Services) -> Token:
    """Whose token was sent, in the header only: an address is written down by every proxy."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    token = None
    if kind.lower() == "bearer" and 0 < len(secret.strip()) <= LONGEST:
        token = await run_sync(services.tokens.find, secret.strip())
    if token is not None:
        return token
    address = counted_address(request.client.host if request.client else "")
    wait = await services.limiter.admit(
        [Limit(services.names.of("api-refused", address), REFUSALS_PER_MINUTE)]
    )
    if wait > 0:
        raise Refused(429, "blocked_rate", "令牌错误的请求太多，请稍后再试。", retry_after=math.ceil(wait))
    log.warning("token refused")
    raise Refused(401, "unauthorized", "没有有效的令牌：请在 Authorization 头里以 Bearer 方式提供。")


async def _me(call: Call) -> Response:
    return JSONResponse(await run_sync(whose, call.services.engine, call.token))


async def _contents(call: Call) -> Response:
    asked = call.request.query_params
    return JSONResponse(await run_sync(page_of_contents, call.services.engine, call.token, asked))


async def _content(call: Call) -> Response:
    asked = call.request.query_params
    return JSONResponse(await run_sync(whole_content, call.services.engine, call.token, asked))


async def _drafts(call: Call) -> Response:
    asked = call.request.query_params
    return JSONResponse(await run_sync(page_of_drafts, call.services.engine, call.token, asked))


async def _run(call: Call) -> Response:
    name = call.request.path_params["name"]
    commands = call.services.commands
    if (command := commands.commands.get(name)) is None:
        raise NotFound(f"no command {name}", public_message="没有这个命令。")
    given = await read_json(call.request)
    if command.permission not in TOKEN_PERMISSIONS or name in _FOR_PEOPLE:
        # Before anything is prepared for it, such as the hash of a password.
        raise Denied(f"{call.token.actor.login} may not run {name}")
    once = _once(call, name, given)
    value = await run_sync(commands.run, call.token.actor, name, given, once)
    return JSONResponse({"value": to_jsonable_python(value)})


async def _report(call: Call) -> Response:
    """That somebody applied for an item of the agency, or got it; sent again it counts once."""
    given = await read_json(call.request)
    if not call.token.actor.may(Permission.EDIT, call.token.agency):
        raise Denied(f"{call.token.actor.login} may not report")
    told = reported(given)
    await run_sync(call.services.reports.keep, call.token.agency, told.citizen, told.interaction())
    return JSONResponse({"kept": True})


def _once(call: Call, name: str, given: dict[str, Any]) -> Once | None:
    key = call.request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise BadInput("Idempotency-Key", public_message="Idempotency-Key 须为 1 到 128 个可见的英文字符。")
    return Once(call.token.id, key, fingerprint(name, given))


async def _known(_: Request, error: Exception) -> Response:
    assert isinstance(error, WeizhengError)  # noqa: S101 - the only ones registered for this
    if isinstance(error, Refused):
        return _error(error.status, error, **error.headers)
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        log.warning("request failed", extra={"code": error.code, "kind": type(error).__name__})
    return _error(status, error)


def _error(status: int, error: WeizhengError, **headers: str) -> JSONResponse:
    told = {"code": error.code, "message": error.public_message}
    if isinstance(error, BadInput) and error.detail:
        # It names fields, never their values.
        told["detail"] = error.detail
    return JSONResponse({"error": told}, status_code=status, headers=headers)


async def _unknown(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    code, message = _OF_HTTP.get(status, (BadInput.code, BadInput.public_message))
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


async def _defect(_: Request, __: Exception) -> Response:
    # Whatever is around us writes it down.
    told = {"code": WeizhengError.code, "message": WeizhengError.public_message}
    return JSONResponse({"error": told}, status_code=500)
