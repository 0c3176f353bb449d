"""Routes for probes: alive, and ready to answer."""

from __future__ import annotations

import logging

from anyio.to_thread import run_sync
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from apps.portal.errors import error_response
from apps.portal.services import Services, ServicesOf
from core.errors import Unavailable, WeizhengError

router = APIRouter(include_in_schema=False)
log = logging.getLogger(__name__)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process runs."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(services: ServicesOf) -> JSONResponse:
    """Database and knowledge service can be used."""
    missing = [name for name, fine in (("database", await _database(services)),
                                       ("knowledge", await _knowledge(services))) if not fine]  # fmt: skip
    if missing:
        return error_response(503, Unavailable.code, f"尚未就绪：{'、'.join(missing)}")
    return JSONResponse({"status": "ok"})


async def _database(services: Services) -> bool:
    try:
        await run_sync(services.check_database)
    except WeizhengError as error:
        log.warning("database not ready", extra={"reason": error.detail})
        return False
    return True


async def _knowledge(services: Services) -> bool:
    try:
        return (await services.knowledge.state()).ready
    except WeizhengError:
        return False
