"""Routes for probes: alive, and ready to answer."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from apps.portal.services import ServicesOf

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process runs."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(services: ServicesOf) -> JSONResponse:
    """Whether single questions are answered, and how each part does."""
    report = await services.readiness.check()
    return JSONResponse(report.as_json(), status_code=200 if report.able else 503)
