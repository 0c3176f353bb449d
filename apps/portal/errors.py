"""The one table from errors to HTTP, and the error bodies."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from apps.portal.words import Words
from core.answering import AnswerStatus
from core.citizens.consents import OutdatedNotice
from core.citizens.subscriptions import ConsentNeeded
from core.errors import BadInput, Conflict, DeadlineExceeded, NotFound, Unavailable, WeizhengError
from core.logs import defect
from recommender.profile.store import FactsNotAgreedTo

log = logging.getLogger(__name__)


class Refused(WeizhengError):
    """The request cannot be taken as it was sent; carries its own HTTP status."""

    def __init__(self, status: int, code: str, public_message: str) -> None:
        super().__init__(code, public_message=public_message)
        self.status = status
        self.code = code


class SwitchedOff(Refused):
    """The whole assistant is turned off; the message is what staff tell citizens."""

    def __init__(self, public_message: str) -> None:
        super().__init__(503, AnswerStatus.SWITCHED_OFF.value, public_message)


class BadChoice(BadInput):
    """The choice is unknown, has expired or belongs to another conversation."""

    code = "bad_choice"
    public_message = "这个选项已失效，请重新提问。"


class TooManyWaiting(WeizhengError):
    """More messages of one conversation wait for an answer than we let wait."""

    code = AnswerStatus.BLOCKED_RATE.value
    public_message = "您发送得太快了，请等上一个问题答复后再提问。"


class TooFast(TooManyWaiting):
    """A limit of requests in a minute is used up; `retry_after` is when it may be tried again, in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            public_message=f"您的操作太频繁了，请在{retry_after}秒后再试。遇到紧急情况请直接拨打110、119或120。"
        )
        self.retry_after = retry_after


class Overloaded(DeadlineExceeded):
    """More citizens ask than can be answered in time: who comes now is told so without waiting."""


class TurnFailed(WeizhengError):
    """The turn ended in an error status; `code` is that status."""

    def __init__(self, status: AnswerStatus) -> None:
        super().__init__(status.value)
        self.code = status.value


_STATUS: tuple[tuple[type[WeizhengError], int], ...] = (
    (BadInput, 400),
    (NotFound, 404),
    (OutdatedNotice, 409),
    (ConsentNeeded, 409),
    (FactsNotAgreedTo, 409),
    (Conflict, 409),
    (TooManyWaiting, 429),
    (DeadlineExceeded, 504),
    (Unavailable, 503),
)
_TURN_STATUS = {
    AnswerStatus.ERROR_UNAVAILABLE: 503,
    AnswerStatus.ERROR_TIMEOUT: 504,
    AnswerStatus.ERROR_INTERNAL: 503,
    # Only where the switch was thrown back before the refusal went out.
    AnswerStatus.SWITCHED_OFF: 503,
}
ERROR_STATUSES = frozenset(_TURN_STATUS) - {AnswerStatus.SWITCHED_OFF}
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
# Refusals of a body that has not been read to its end.
_UNREAD = (408, 413)
_HTTP_ERRORS = {
    404: (NotFound.code, NotFound.public_message),
    405: ("method_not_allowed", "不支持这种请求方式。"),
}


def status_of(error: Exception) -> AnswerStatus:
    """How a turn ends with an error."""
    if isinstance(error, TurnFailed | TooManyWaiting):
        return AnswerStatus(error.code)
    if isinstance(error, DeadlineExceeded):
        return AnswerStatus.ERROR_TIMEOUT
    return AnswerStatus.ERROR_UNAVAILABLE if isinstance(error, Unavailable) else AnswerStatus.ERROR_INTERNAL


def http_status(error: WeizhengError) -> int:
    """The HTTP status an error comes out with."""
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, TurnFailed):
        return _TURN_STATUS[AnswerStatus(error.code)]
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def log_defect(error: Exception) -> None:
    """A line for what should not happen: its kind and place, not its message, which may quote a citizen."""
    log.error("unhandled error", extra=defect(error))


def error_response(status: int, code: str, message: str) -> JSONResponse:
    """An error in the shape all of them have."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


def known_error(error: WeizhengError, words: Words) -> JSONResponse:
    """An error of ours as it goes out."""
    status = http_status(error)
    if status < 500 or isinstance(error, SwitchedOff):
        response = error_response(status, error.code, error.public_message)
        response.headers.update(_headers_of(error))
        return response
    log.warning("request failed", extra={"code": error.code, "kind": type(error).__name__})
    return error_response(status, error.code, words.failed(status_of(error)))


def _headers_of(error: WeizhengError) -> dict[str, str]:
    if isinstance(error, TooFast):
        return {"Retry-After": str(error.retry_after)}
    # What is left of the body is not waited for.
    return {"Connection": "close"} if isinstance(error, Refused) and error.status in _UNREAD else {}


def internal_error(words: Words) -> JSONResponse:
    """What a citizen sees of a defect."""
    status = AnswerStatus.ERROR_INTERNAL
    return error_response(500, status.value, words.failed(status))


def add_errors(app: FastAPI, words: Words) -> None:
    """Every error of `app` comes out in the one shape."""

    @app.exception_handler(WeizhengError)
    async def known(_: Request, error: WeizhengError) -> JSONResponse:
        return known_error(error, words)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return invalid_response([row["loc"] for row in error.errors()])

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        code, message = _HTTP_ERRORS.get(error.status_code, (BadInput.code, BadInput.public_message))
        response = error_response(error.status_code, code, message)
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["Allow"] = ", ".join(_allowed(request))
        return response


def _allowed(request: Request) -> list[str]:
    """Methods of all routes of this path; the framework names those of the first."""
    tried = [(method, {**request.scope, "method": method}) for method in _METHODS]
    routes = request.app.routes
    return [method for method, scope in tried if any(one.matches(scope)[0] is Match.FULL for one in routes)]


def invalid_response(places: list[tuple[int | str, ...]]) -> JSONResponse:
    """422, naming the fields and never repeating their values."""
    fields = "、".join(sorted({str(place[-1]) for place in places if place}))
    return error_response(
        422, BadInput.code, f"提交的内容有误，请检查：{fields}" if fields else BadInput.public_message
    )
