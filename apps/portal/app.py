"""The portal's ASGI application around services that are passed in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from anyio.to_thread import run_sync
from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from apps.portal import (
    catalogue_routes,
    chat_routes,
    citizen_routes,
    health_routes,
    inbox_routes,
    rating_routes,
    recommendation_routes,
    start_routes,
    subscription_routes,
)
from apps.portal.edge import Edge
from apps.portal.errors import add_errors
from apps.portal.screening import urgent_reply
from apps.portal.services import Services
from core.metrics import CountRequests
from core.tracing import TraceRequests, is_traced

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
_TIDY_EVERY_S = 600.0


def create_app(services: Services) -> FastAPI:
    """The portal; `services` are closed when it stops."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # The rules of need are put together at their first use: not while somebody waits.
        await run_sync(urgent_reply, "您好")
        await services.prepare()
        tidying = asyncio.create_task(_tidy_regularly(services.tidy))
        yield
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying
        await services.close()

    app = FastAPI(
        title="weizheng portal",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    add_errors(app, services.words)
    for routes in (
        *(chat_routes, citizen_routes, rating_routes, inbox_routes, subscription_routes),
        *(start_routes, catalogue_routes, recommendation_routes, health_routes),
    ):
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    app.add_middleware(Edge, words=services.words)
    app.add_middleware(CountRequests, metrics=services.metrics)
    if is_traced():
        app.add_middleware(TraceRequests, trusted=False)
    return app


async def _tidy_regularly(tidy: Callable[[], object]) -> None:
    while True:
        try:
            await run_sync(tidy)
        except Exception:
            # The database may be away for a while; the next time comes.
            log.exception("tidying failed")
        await asyncio.sleep(_TIDY_EVERY_S)
