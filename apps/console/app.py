"""The console's ASGI application around services that are passed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from apps.console import (
    account_routes,
    answer_routes,
    ask_routes,
    audit_routes,
    board_routes,
    content_form_routes,
    content_routes,
    job_routes,
    kept_upload_routes,
    overview_routes,
    own_routes,
    rating_routes,
    recall_routes,
    recommender_routes,
    register_routes,
    report_routes,
    retention_routes,
    second_factor_routes,
    sign_in_routes,
    switch_routes,
    token_routes,
    try_routes,
    upload_routes,
    word_routes,
)
from apps.console.api import PATH, api_app
from apps.console.edge import Edge, known_error, refused
from apps.console.pages import FOLDER, Pages
from apps.console.services import Services
from core.errors import WeizhengError

HEALTH = "/healthz"
ROOMS = (
    sign_in_routes,
    own_routes,
    second_factor_routes,
    content_routes,
    upload_routes,
    kept_upload_routes,
    ask_routes,
    try_routes,
    board_routes,
    rating_routes,
    recall_routes,
    overview_routes,
    answer_routes,
    report_routes,
    content_form_routes,
    register_routes,
    switch_routes,
    word_routes,
    token_routes,
    account_routes,
    audit_routes,
    job_routes,
    retention_routes,
    recommender_routes,
)


def create_app(services: Services, zone: ZoneInfo) -> Starlette:
    """The console; `services` are closed when it stops."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await services.limiter.close()
        services.close()

    handlers: dict[Any, Any] = {WeizhengError: known_error, HTTPException: refused}
    app = Starlette(
        routes=[
            *(route for room in ROOMS for route in room.ROUTES),
            Route(HEALTH, _healthz, methods=["GET"]),
            Mount(PATH, app=api_app(services)),
            Mount("/static", StaticFiles(directory=FOLDER / "static"), name="static"),
        ],
        middleware=[Middleware(Edge)],
        exception_handlers=handlers,
        lifespan=lifespan,
    )
    app.state.services = services
    app.state.uploads = upload_routes.places()
    app.state.trials = try_routes.trial_places()
    app.state.pages = Pages(services.city, zone, services.second_factor_required)
    return app


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok")
