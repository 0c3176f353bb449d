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

from apps.portal import catalogue_routes, chat_routes, health_routes
from apps.portal.edge import Edge
from apps.portal.errors import add_errors
from apps.portal.services import Services

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
_PURGE_EVERY_S = 3600.0


def create_app(services: Services) -> FastAPI:
    """The portal; `services` are closed when it stops."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        forgetting = asyncio.create_task(_forget_regularly(services.purge))
        yield
        forgetting.cancel()
        with suppress(asyncio.CancelledError):
            await forgetting
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
    for routes in (chat_routes, catalogue_routes, health_routes):
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    app.add_middleware(Edge, words=services.words)
    return app


async def _forget_regularly(purge: Callable[[], object]) -> None:
    while True:
        try:
            await run_sync(purge)
        except Exception:
            # The database may be away for a while; the next hour comes.
            log.exception("purge failed")
        await asyncio.sleep(_PURGE_EVERY_S)
