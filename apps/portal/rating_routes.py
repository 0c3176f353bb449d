"""Routes of good-or-bad ratings (好差评): of a conversation and of service items."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from apps.portal.limits import Budget
from apps.portal.rating_wire import RatingAnswer, RatingListed, RatingRequest, RatingTarget, kept
from apps.portal.requests import json_body, read_body
from apps.portal.services import Services, ServicesOf, limited
from apps.portal.wire import errors
from casework.ratings.models import Level, Opinion, RatedItem, Target
from casework.ratings.rating import Rating
from channels.ports import NoticeKind
from core.catalogue.keys import RecordKey
from core.catalogue.models import ServiceItem
from core.citizens.consents import Purpose
from core.errors import NotFound
from core.text.masking import mask
from core.text.slash import neutralise

router = APIRouter(prefix="/api", tags=["citizen"])


@router.get("/ratings", responses=errors(503))
def ratings(request: Request, services: ServicesOf) -> RatingListed:
    """What this browser's citizen has rated, and how far bad ratings are looked into."""
    own = services.ratings.of(services.cookies.conversation(request) or "")
    return RatingListed(ratings=[kept(one) for one in own])


@router.post(
    "/ratings",
    response_model=RatingAnswer,
    status_code=201,
    dependencies=[limited(Budget.PERSONAL)],
    responses={**errors(400, 403, 404, 408, 409, 413, 415, 422, 429, 503), 200: {"model": RatingAnswer}},
    openapi_extra=json_body(RatingRequest),
)
async def rate(request: Request, response: Response, services: ServicesOf) -> RatingAnswer:
    """Keeps a rating; 201, or 200 where it took the place of an earlier one of the same.

    A conversation is rated once for each day on which it was answered, an item once in a conversation.
    The two lowest levels are looked into by staff; once they have begun the rating stays as it is (409).
    """
    body = await read_body(request, RatingRequest)
    citizen = services.cookies.conversation(request)
    if citizen is None:
        raise NotFound()
    one, is_new, told = await run_sync(_rate, services, citizen, body)
    response.status_code = 201 if is_new else 200
    return RatingAnswer(**kept(one).model_dump(), told=told)


def _rate(services: Services, citizen: str, body: RatingRequest) -> tuple[Rating, bool, bool]:
    target = Target(body.target.kind, body.target.item_id)
    reasons = tuple(dict.fromkeys(body.reasons))
    opinion = Opinion(Level(body.level), reasons, mask(neutralise(body.text or "")) or None)
    one, is_new = services.ratings.rate(citizen, target, opinion, _item(services, body.target))
    agreed = services.consents.of(citizen)[Purpose.FOLLOWUP_NOTICE].given
    return one, is_new, agreed and NoticeKind.REPLY not in services.inbox.stops.of(citizen)


def _item(services: Services, target: RatingTarget) -> RatedItem | None:
    """The item as it is published now.

    Raises:
        NotFound: It is not.
    """
    if target.item_id is None:
        return None
    stored = next(iter(services.subjects.published([RecordKey("item", target.item_id)])), None)
    if stored is None or not isinstance(stored.record, ServiceItem):
        raise NotFound("not published", public_message="这个事项已经下架，现在不能评价。")
    return RatedItem(stored.title, stored.record.agency)
