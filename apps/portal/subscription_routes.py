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
from core.citizens.subscriptions import Subject, Subscription

router = APIRouter(prefix="/api", tags=["inbox"])
_Version = Annotated[Plain, Query(min_length=1, max_length=32)]


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
    titles = {one: services.subjects.title(_subject(one)) for one in changes if one.subscribed}
    standing = services.subscriptions.of(citizen)
    for one in changes:
        if one.subscribed:
            standing = services.subscriptions.subscribe(citizen, _subject(one), titles[one], seen)
        else:
            standing = services.subscriptions.unsubscribe(citizen, _subject(one))
    if titles:
        # Who subscribes wants to hear of it, whatever was stopped before.
        services.inbox.stops.lift(citizen, NoticeKind.SUBSCRIPTION)
    return standing


def _subject(one: SubscriptionChange) -> Subject:
    return Subject(one.kind, one.target)


def _listed(standing: list[Subscription]) -> SubscriptionList:
    return SubscriptionList(
        items=[
            SubscriptionItem(
                kind=one.subject.kind, target=one.subject.target, title=one.title, since=one.since
            )
            for one in standing
        ]
    )
