"""Routes of what a citizen subscribes to."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response

from apps.portal.inbox_wire import SubscriptionChange, SubscriptionChanges, SubscriptionItem, SubscriptionList
from apps.portal.limits import Budget
from apps.portal.requests import json_body, read_body
from apps.portal.services import Services, ServicesOf, limited
from apps.portal.wire import Plain, errors
from channels.ports import NoticeKind
from core.catalogue.keys import RecordKey
from core.catalogue.models import Status
from core.citizens.subscriptions import Subject, Subscription, SubscriptionKind
from core.errors import NotFound

router = APIRouter(prefix="/api", tags=["inbox"])
_Version = Annotated[Plain, Query(min_length=1, max_length=32)]
_LARGEST_ID = 2**31 - 1


@router.get("/subscriptions", responses=errors(503))
def subscriptions(request: Request, services: ServicesOf) -> SubscriptionList:
    """What this browser's citizen subscribes to."""
    return _listed(services.subscriptions.of(services.cookies.conversation(request) or ""))


@router.put(
    "/subscriptions",
    response_model=SubscriptionList,
    dependencies=[limited(Budget.INBOX)],
    responses=errors(400, 403, 404, 408, 409, 413, 415, 422, 429, 503),
    openapi_extra=json_body(SubscriptionChanges),
)
async def change(
    request: Request, response: Response, services: ServicesOf, notice_version: _Version | None = None
) -> SubscriptionList:
    """Subscribes and unsubscribes, one after the other.

    Subscribing needs `push_web`; to agree in the same step, name the version of the notice that was read.
    """
    changes = (await read_body(request, SubscriptionChanges)).root
    citizen = services.cookies.ensure(request)
    standing = await run_sync(_change, services, citizen, changes, notice_version)
    services.cookies.put(request, response, citizen)
    return _listed(standing)


def _change(
    services: Services, citizen: str, changes: list[SubscriptionChange], seen: str | None
) -> list[Subscription]:
    titles = {one: _title(services, one) for one in changes if one.subscribed}
    standing = services.subscriptions.of(citizen)
    for one in changes:
        subject = Subject(one.kind, one.target)
        if one.subscribed:
            standing = services.subscriptions.subscribe(citizen, subject, titles[one], seen)
        else:
            standing = services.subscriptions.unsubscribe(citizen, subject)
    if titles:
        # Who subscribes wants to hear of it, whatever was stopped before.
        services.inbox.stops.lift(citizen, NoticeKind.SUBSCRIPTION)
    return standing


def _title(services: Services, one: SubscriptionChange) -> str:
    """What the subject is called.

    Raises:
        NotFound: Nothing published is of that name or number.
    """
    today = services.clock.today()
    if one.kind is SubscriptionKind.ITEM:
        number = int(one.target) if one.target.isascii() and one.target.isdigit() else 0
        key = RecordKey("item", number)
        known = 0 < number <= _LARGEST_ID and services.catalogue.shown([key], None, today)
        stored = services.catalogue.record(key) if known else None
        if stored is None or stored.status is not Status.PUBLISHED or one.target != str(number):
            raise NotFound()
        return stored.title
    theme = one.target if one.kind is SubscriptionKind.THEME else None
    agency = one.target if one.kind is SubscriptionKind.AGENCY else None
    _, total = services.catalogue.items(theme=theme, agency=agency, today=today, limit=1)
    if not total:
        raise NotFound()
    return one.target


def _listed(standing: list[Subscription]) -> SubscriptionList:
    return SubscriptionList(
        items=[
            SubscriptionItem(
                kind=one.subject.kind, target=one.subject.target, title=one.title, since=one.since
            )
            for one in standing
        ]
    )
