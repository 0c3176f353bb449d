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
    off = await services.switch.off()
    told = report.as_json()
    if off is not None and report.able:
        # As staff want it: nothing that a supervisor should mend.
        told |= {"status": "off", "message": off.message}
    return JSONResponse(told, status_code=200 if report.able else 503)
