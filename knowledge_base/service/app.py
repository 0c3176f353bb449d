"""HTTP edge of the knowledge base: token check, wire types, errors as JSON."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import BadInput, Conflict, DeadlineExceeded, NotFound, Unavailable, WeizhengError
from core.logs import new_request_id, request_context
from core.metrics import CONTENT_TYPE, CountRequests
from core.tracing import TraceRequests, is_traced, note
from knowledge_base.contract import AnswerReply, AnswerRequest, EmbedRequest, SearchRequest
from knowledge_base.service.metrics import KnowledgeMetrics
from knowledge_base.service.port import Knowledge
from knowledge_base.trial.wire import TRIAL_TIMEOUT_S, TrialReply, TrialRequest

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]
Sent = TypeVar("Sent", bound=BaseModel)

_LONGEST_ID = 64
# Questions answered at once: enough to be embedded together. More share the same cores.
AT_ONCE = 4


class Unauthorised(WeizhengError):
    """The service token is missing or wrong."""

    code = "unauthorised"
    public_message = "没有访问权限。"


class Malformed(BadInput):
    """The body is not what the route takes; tells which fields, never what was in them."""

    def __init__(self, error: ValidationError) -> None:
        fields = "、".join(sorted({".".join(str(part) for part in row["loc"]) for row in error.errors()}))
        super().__init__(f"malformed request: {fields}")
        self.public_message = f"请求格式有误：{fields}"


_STATUS: tuple[tuple[type[WeizhengError], int], ...] = (
    (Unauthorised, 401),
    (Malformed, 422),
    (BadInput, 400),
    (NotFound, 404),
    (Conflict, 409),
    (DeadlineExceeded, 504),
    (Unavailable, 503),
)


def create_app(open_knowledge: Callable[[], Knowledge], service_token: str) -> Starlette:
    """The service around one knowledge base, opened when the app starts and closed when it stops.

    Args:
        open_knowledge: Makes the knowledge base; may take seconds, as it loads model and index.
        service_token: Secret that every caller but a health probe shows as a bearer token.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.knowledge = open_knowledge()
        yield
        app.state.knowledge.close()

    metrics = KnowledgeMetrics()
    # Few routes, asked at every turn: a framework that reads signatures takes as long as a search of words.
    app = Starlette(
        routes=[*_guarded(_routes(metrics), service_token), *_probes(metrics)],
        exception_handlers={WeizhengError: _known, Exception: _unknown},
        lifespan=lifespan,
    )
    app.add_middleware(RequestIds)
    app.add_middleware(CountRequests, metrics=metrics)
    if is_traced():
        app.add_middleware(TraceRequests, trusted=True)
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


def _guarded(routes: Sequence[Route], service_token: str) -> list[Route]:
    """The routes, each behind the token."""
    expected = f"Bearer {service_token}".encode()

    def behind(endpoint: Endpoint) -> Endpoint:
        async def checked(request: Request) -> Response:
            shown = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(shown, expected):
                raise Unauthorised()
            return await endpoint(request)

        return checked

    return [Route(route.path, behind(route.endpoint), methods=list(route.methods or ())) for route in routes]


def _knowledge(request: Request) -> Knowledge:
    knowledge: Knowledge = request.app.state.knowledge
    return knowledge


def _routes(metrics: KnowledgeMetrics) -> list[Route]:
    # As they come: of those that wait for a thread or a lock anybody may be the next.
    places = CapacityLimiter(AT_ONCE)
    ahead = CapacityLimiter(1)
    # Staff wait for one another, so that citizens do not wait for them.
    trials = CapacityLimiter(1)
    background = CapacityLimiter(1)

    async def answer(request: Request) -> Response:
        asked = await _sent(request, AnswerRequest)
        if places.available_tokens < 1:
            # Whatever is wrong shows when its turn comes.
            with suppress(WeizhengError):
                _knowledge(request).expect(asked)
        reply = await run_sync(_answer, _knowledge(request), asked, time.monotonic(), limiter=places)
        metrics.count_answer(reply)
        note(status=reply.status.value, **{f"step_ms.{name}": spent for name, spent in reply.step_ms.items()})
        log.info(
            "answered", extra={"status": reply.status.value, "ms": round(sum(reply.step_ms.values()), 1)}
        )
        return _json(reply)

    async def look_ahead(request: Request) -> Response:
        asked = await _sent(request, AnswerRequest)
        # Only with what nobody else needs: a place stays free for who asks meanwhile.
        if ahead.available_tokens < 1 or places.available_tokens < 2:
            return Response(status_code=204)
        task = BackgroundTask(_look_ahead, _knowledge(request), asked, ahead)
        return Response(status_code=204, background=task)

    async def search(request: Request) -> Response:
        asked = await _sent(request, SearchRequest)
        return _json(await run_sync(_knowledge(request).search, asked))

    async def try_out(request: Request) -> Response:
        asked = await _sent(request, TrialRequest)
        return _json(await run_sync(_try_out, _knowledge(request), asked, time.monotonic(), limiter=trials))

    async def embed(request: Request) -> Response:
        asked = await _sent(request, EmbedRequest)
        return _json(await run_sync(_knowledge(request).embed, asked, limiter=background))

    async def state(request: Request) -> Response:
        return _json(await run_sync(_knowledge(request).state))

    return [
        Route("/answer", answer, methods=["POST"]),
        Route("/ahead", look_ahead, methods=["POST"]),
        Route("/search", search, methods=["POST"]),
        Route("/try", try_out, methods=["POST"]),
        Route("/embed", embed, methods=["POST"]),
        Route("/state", state),
    ]


async def _sent(request: Request, model: type[Sent]) -> Sent:
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        raise Malformed(error) from None


def _json(reply: BaseModel) -> Response:
    return Response(reply.model_dump_json(), media_type="application/json")


def _probes(metrics: KnowledgeMetrics) -> list[Route]:
    # The first two take no thread: they answer while every thread works on a question, and ask no database.
    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> Response:
        ready = _knowledge(request).is_ready()
        return JSONResponse({"status": "ok" if ready else "starting"}, status_code=200 if ready else 503)

    def show(request: Request) -> Response:
        knowledge = _knowledge(request)
        metrics.note_ready(ready=knowledge.is_ready())
        # Without the database the rest is still to be seen.
        with suppress(WeizhengError):
            metrics.note_state(knowledge.state())
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", show)]


def _answer(knowledge: Knowledge, request: AnswerRequest, arrived: float) -> AnswerReply:
    """Runs in a thread; what the question waited for that thread is taken off its deadline.

    Raises:
        DeadlineExceeded: Nobody waits for the answer any more.
    """
    waited_ms = round((time.monotonic() - arrived) * 1000)
    if waited_ms >= request.deadline_ms:
        raise DeadlineExceeded("the time was up before a thread was free")
    return knowledge.answer(request.model_copy(update={"deadline_ms": request.deadline_ms - waited_ms}))


def _try_out(knowledge: Knowledge, request: TrialRequest, arrived: float) -> TrialReply:
    """Runs in a thread.

    Raises:
        DeadlineExceeded: Nobody waits for it any more.
    """
    if time.monotonic() - arrived > TRIAL_TIMEOUT_S:
        raise DeadlineExceeded("the time was up before a thread was free")
    return knowledge.try_out(request)


async def _look_ahead(knowledge: Knowledge, request: AnswerRequest, place: CapacityLimiter) -> None:
    # Whatever is wrong shows when the question is asked.
    with suppress(WeizhengError):
        await run_sync(knowledge.look_ahead, request, limiter=place)


def _known(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, WeizhengError):
        raise error
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    return _error(status, error.code, error.public_message)


def _unknown(_: Request, error: Exception) -> JSONResponse:
    # The type only: a message may quote what a citizen wrote.
    log.error("unhandled %s", type(error).__name__)
    return _error(500, WeizhengError.code, WeizhengError.public_message)


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
