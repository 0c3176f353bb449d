"""Routes of what belongs to the citizen: consents, the privacy notice, feedback, export and erasure."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from apps.portal.citizen_wire import (
    ConsentChanges,
    ConsentState,
    Erased,
    Export,
    FeedbackKept,
    FeedbackRequest,
    NoticeSection,
    PrivacyNotice,
    PurposeText,
)
from apps.portal.errors import error_response
from apps.portal.limits import Budget
from apps.portal.requests import check_origin, json_body, read_body
from apps.portal.services import ServicesOf, limited
from apps.portal.wire import Plain, errors
from core.citizens.consents import Consent, Purpose
from core.citizens.feedback import Opinion
from core.errors import NotFound
from core.text.masking import mask
from core.text.slash import neutralise

router = APIRouter(prefix="/api", tags=["citizen"])
Version = Annotated[Plain, Query(min_length=1, max_length=32)]
_COUNTED = [limited(Budget.PERSONAL)]
_PENDING = "清除已经登记。有一部分现在清除不了，系统恢复后会自动完成，您不用再操作。"


@router.get("/privacy-notice")
def privacy_notice(services: ServicesOf) -> PrivacyNotice:
    """What is stored and for how long, and what each consent is for."""
    notice = services.notice
    return PrivacyNotice(
        version=notice.version,
        title=notice.title,
        text_sections=[NoticeSection(title=one.title, text=one.text) for one in notice.sections],
        purposes=[
            PurposeText(purpose=purpose, title=one.title, text=one.text)
            for purpose, one in notice.purposes.items()
        ],
    )


@router.get("/consents")
def consents(request: Request, services: ServicesOf) -> dict[Purpose, ConsentState]:
    """Where every purpose stands for this browser."""
    return _states(services.consents.of(services.cookies.conversation(request) or ""))


@router.put(
    "/consents",
    response_model=dict[Purpose, ConsentState],
    dependencies=_COUNTED,
    responses=errors(400, 403, 408, 409, 413, 415, 422, 429),
    openapi_extra=json_body(ConsentChanges),
)
async def change_consents(
    request: Request, response: Response, services: ServicesOf, notice_version: Version | None = None
) -> dict[Purpose, ConsentState]:
    """Gives and withdraws; to give, the version of the privacy notice that was read has to be named."""
    changes = (await read_body(request, ConsentChanges)).root
    if any(changes.values()) and notice_version is None:
        raise RequestValidationError([{"loc": ("query", "notice_version"), "msg": "missing"}])
    identity = services.cookies.ensure(request)
    standing = await run_sync(services.consents.put, identity, changes, notice_version)
    services.cookies.put(request, response, identity)
    return _states(standing)


@router.post(
    "/feedback",
    response_model=FeedbackKept,
    dependencies=_COUNTED,
    responses=errors(400, 403, 404, 408, 413, 415, 422, 429),
    openapi_extra=json_body(FeedbackRequest),
)
async def feedback(request: Request, services: ServicesOf) -> FeedbackKept:
    """Keeps what is said of an answer of this conversation; the last word on it counts."""
    body = await read_body(request, FeedbackRequest)
    conversation = services.cookies.conversation(request)
    if conversation is None:
        raise NotFound()
    opinion = Opinion(body.useful, body.reason, mask(neutralise(body.text or "")) or None)
    await run_sync(services.feedback.save, conversation, body.answer_id, opinion)
    services.metrics.count_feedback(useful=opinion.useful)
    return FeedbackKept(
        answer_id=body.answer_id, useful=opinion.useful, reason=opinion.reason, text=opinion.text
    )


@router.get("/me/export", dependencies=_COUNTED, responses=errors(429, 503))
async def export(request: Request, response: Response, services: ServicesOf) -> Export:
    """Everything that is stored about this browser's citizen."""
    identity = services.cookies.conversation(request) or ""
    response.headers["Content-Disposition"] = 'attachment; filename="weizheng-export.json"'
    data = await services.records.export(identity)
    return Export(exported_at=services.clock.now(), notice_version=services.notice.version, data=data)


@router.delete("/me", dependencies=_COUNTED, response_model=Erased, responses=errors(403, 429, 503))
async def erase(request: Request, services: ServicesOf) -> JSONResponse:
    """Erases everything about this browser's citizen and ends the cookie."""
    check_origin(request)
    identity = services.cookies.conversation(request)
    done = await services.records.erase(identity) if identity else True
    services.inbox.streams.end(identity or "")
    response = JSONResponse(Erased().model_dump()) if done else error_response(503, "erase_pending", _PENDING)
    services.cookies.end(request, response)
    return response


def _states(standing: dict[Purpose, Consent]) -> dict[Purpose, ConsentState]:
    return {
        purpose: ConsentState(given=one.given, at=one.at, notice_version=one.notice_version)
        for purpose, one in standing.items()
    }
