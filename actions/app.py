"""HTTP edge of the action server: the Rasa SDK's executor behind a token."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import BadInput, NotFound, WeizhengError
from core.metrics import CONTENT_TYPE, CountRequests, Metrics

log = logging.getLogger(__name__)

OpenActions = Callable[[], AbstractAsyncContextManager[Iterable[Action]]]


def create_app(open_actions: OpenActions, service_token: str, metrics: Metrics | None = None) -> Starlette:
    """The server around actions that live as long as it runs.

    Args:
        open_actions: Opens what the actions need and yields them.
        service_token: Secret that Rasa shows, as `?token=` or as a bearer token.
        metrics: What the actions count into as well.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_actions() as actions:
            app.state.executor = ActionExecutor()
            for action in actions:
                app.state.executor.register_action(action)
            yield

    figures = metrics or Metrics("actions")
    app = Starlette(
        routes=[Route("/webhook", _webhook(service_token.encode()), methods=["POST"]), *_probes(figures)],
        lifespan=lifespan,
    )
    app.add_middleware(CountRequests, metrics=figures)
    return app


def _webhook(token: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def webhook(request: Request) -> Response:
        if not hmac.compare_digest(_shown_token(request), token):
            return _error(401, "unauthorised", "没有访问权限。")
        try:
            call = await _call(request)
            result = await request.app.state.executor.run(call)
        except (ActionNotFoundException, NotFound):
            return _error(404, NotFound.code, NotFound.public_message)
        except BadInput as error:
            return _error(400, error.code, error.public_message)
        except Exception as error:
            # The type only: the SDK's errors quote the tracker.
            log.error("webhook: %s", type(error).__name__)
            return _error(500, WeizhengError.code, WeizhengError.public_message)
        return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})

    return webhook


def _probes(metrics: Metrics) -> list[Route]:
    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def show(_: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return [Route("/healthz", healthz), Route("/metrics", show)]


def _shown_token(request: Request) -> bytes:
    header = request.headers.get("authorization", "").removeprefix("Bearer ")
    return (request.query_params.get("token") or header).encode()


async def _call(request: Request) -> dict[str, Any]:
    # Read by hand: the framework's own refusal repeats what was sent.
    try:
        call = await request.json()
    except ValueError:
        raise BadInput("webhook: the body is no JSON") from None
    if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
        raise BadInput("webhook: the body is no action call")
    if not call.get("next_action"):
        raise NotFound("webhook: no action is named")
    # Rasa need not send the domain, which no action of ours reads; the SDK's executor insists on one.
    return {"domain": {}, **call}


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
