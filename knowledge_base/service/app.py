"""HTTP edge of the knowledge base: token check, wire types, errors as JSON."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import BadInput, DeadlineExceeded, NotFound, Unavailable, WeizhengError
from core.logs import new_request_id, request_context
from core.metrics import CONTENT_TYPE, CountRequests
from core.tracing import TraceRequests, is_traced, note
from knowledge_base.contract import AnswerReply, AnswerRequest, SearchReply, SearchRequest, ServiceState
from knowledge_base.service.metrics import KnowledgeMetrics
from knowledge_base.service.port import Knowledge

log = logging.getLogger(__name__)

_LONGEST_ID = 64
# Questions answered at once: enough to be embedded together. More share the same cores.
AT_ONCE = 4
_STATUS: tuple[tuple[type[WeizhengError], int], ...] = (
    (BadInput, 400),
    (NotFound, 404),
    (DeadlineExceeded, 504),
    (Unavailable, 503),
)


class Unauthorised(WeizhengError):
    """The service token is missing or wrong."""

    code = "unauthorised"
    public_message = "没有访问权限。"


def create_app(open_knowledge: Callable[[], Knowledge], service_token: str) -> FastAPI:
    """The service around one knowledge base, opened when the app starts and closed when it stops.

    Args:
        open_knowledge: Makes the knowledge base; may take seconds, as it loads model and index.
        service_token: Secret that every caller but a health probe shows as a bearer token.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.knowledge = open_knowledge()
        yield
        app.state.knowledge.close()

    app = FastAPI(title="weizheng knowledge service", lifespan=lifespan, openapi_url=None)
    metrics = KnowledgeMetrics()
    app.add_middleware(RequestIds)
    app.add_middleware(CountRequests, metrics=metrics)
    if is_traced():
        app.add_middleware(TraceRequests, trusted=True)
    _add_errors(app)
    _add_routes(app, _token_check(service_token), metrics)
    _add_probes(app, metrics)
    return app


class RequestIds:
    """ASGI middleware: log lines carry the id under which the caller follows the question."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on under its `X-Request-ID`, or under a new one."""
        given = dict(scope.get("headers", ())).get(b"x-request-id", b"").decode("ascii", "replace")
        usable = given.isalnum() and len(given) <= _LONGEST_ID
        with request_context(given if usable else new_request_id()):
            await self._app(scope, receive, send)


def _token_check(service_token: str) -> Callable[[str], Awaitable[None]]:
    expected = f"Bearer {service_token}".encode()

    async def check(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), expected):
            raise Unauthorised()

    return check


async def _knowledge(request: Request) -> Knowledge:
    knowledge: Knowledge = request.app.state.knowledge
    return knowledge


KnowledgeOf = Annotated[Knowledge, Depends(_knowledge)]


def _add_routes(
    app: FastAPI, token_check: Callable[[str], Awaitable[None]], metrics: KnowledgeMetrics
) -> None:
    guarded = [Depends(token_check)]

    # As they come: of those that wait for a thread or a lock anybody may be the next.
    places = CapacityLimiter(AT_ONCE)

    @app.post("/answer", dependencies=guarded)
    async def answer(request: AnswerRequest, knowledge: KnowledgeOf) -> Response:
        reply = await run_sync(_answer, knowledge, request, time.monotonic(), limiter=places)
        metrics.count_answer(reply)
        note(status=reply.status.value, **{f"step_ms.{name}": spent for name, spent in reply.step_ms.items()})
        log.info(
            "answered", extra={"status": reply.status.value, "ms": round(sum(reply.step_ms.values()), 1)}
        )
        # Made by us and checked already: the framework would check it field by field once more.
        return Response(reply.model_dump_json(), media_type="application/json")

    ahead = CapacityLimiter(1)

    @app.post("/ahead", dependencies=guarded, status_code=204)
    async def look_ahead(request: AnswerRequest, knowledge: KnowledgeOf) -> Response:
        # Only with what nobody else needs: a place stays free for who asks meanwhile.
        if ahead.available_tokens < 1 or places.available_tokens < 2:
            return Response(status_code=204)
        task = BackgroundTask(_look_ahead, knowledge, request, ahead)
        return Response(status_code=204, background=task)

    # Plain functions: the framework runs them in its thread pool, so the event loop never waits.
    @app.post("/search", dependencies=guarded)
    def search(request: SearchRequest, knowledge: KnowledgeOf) -> SearchReply:
        return knowledge.search(request)

    @app.get("/state", dependencies=guarded)
    def state(knowledge: KnowledgeOf) -> ServiceState:
        return knowledge.state()


def _add_probes(app: FastAPI, metrics: KnowledgeMetrics) -> None:
    # The probes take no thread: they answer while every thread works on a question, and ask no database.
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(knowledge: KnowledgeOf) -> JSONResponse:
        ready = knowledge.is_ready()
        return JSONResponse({"status": "ok" if ready else "starting"}, status_code=200 if ready else 503)

    @app.get("/metrics")
    def show(knowledge: KnowledgeOf) -> Response:
        metrics.note_ready(ready=knowledge.is_ready())
        # Without the database the rest is still to be seen.
        with suppress(WeizhengError):
            metrics.note_state(knowledge.state())
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def _answer(knowledge: Knowledge, request: AnswerRequest, arrived: float) -> AnswerReply:
    """Runs in a thread; what the question waited for that thread is taken off its deadline.

    Raises:
        DeadlineExceeded: Nobody waits for the answer any more.
    """
    waited_ms = round((time.monotonic() - arrived) * 1000)
    if waited_ms >= request.deadline_ms:
        raise DeadlineExceeded("the time was up before a thread was free")
    return knowledge.answer(request.model_copy(update={"deadline_ms": request.deadline_ms - waited_ms}))


async def _look_ahead(knowledge: Knowledge, request: AnswerRequest, place: CapacityLimiter) -> None:
    # Whatever is wrong shows when the question is asked.
    with suppress(WeizhengError):
        await run_sync(knowledge.look_ahead, request, limiter=place)


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(WeizhengError)
    def known(_: Request, error: WeizhengError) -> JSONResponse:
        status = 401 if isinstance(error, Unauthorised) else 500
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), status)
        return _error(status, error.code, error.public_message)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = "、".join(sorted({".".join(str(part) for part in row["loc"][1:]) for row in error.errors()}))
        return _error(422, BadInput.code, f"请求格式有误：{fields}")

    @app.exception_handler(Exception)
    def unknown(_: Request, error: Exception) -> JSONResponse:
        # The type only: a message may quote what a citizen wrote.
        log.error("unhandled %s", type(error).__name__)
        return _error(500, WeizhengError.code, WeizhengError.public_message)


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
