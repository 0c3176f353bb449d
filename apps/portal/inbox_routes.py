"""Routes of the inbox: its pages, what was read, what is stopped, and the stream of what comes."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Request, Response

from apps.portal.event_stream import EventStream, event_id, parse_event_id
from apps.portal.inbox_wire import InboxPage, ReadRequest, Stopped, StopRequest, Unread, notice_item
from apps.portal.limits import Budget
from apps.portal.requests import json_body, read_body
from apps.portal.services import ServicesOf, limited
from apps.portal.wire import Plain, errors
from core.limits.names import counted_address

router = APIRouter(prefix="/api/inbox", tags=["inbox"])
_COUNTED = [limited(Budget.INBOX)]
_REFUSED = errors(400, 403, 408, 413, 415, 422, 429, 503)
_NoticeId = Annotated[str, Query(pattern=r"^[0-9a-f]{24}$")]
_EventId = Annotated[Plain, Query(max_length=32)]
_NO_STREAM: dict[int | str, dict[str, Any]] = {
    204: {"description": "Nothing can come to this browser: do not ask again."}
}


@router.get("", responses=errors(422, 503))
def inbox(
    request: Request,
    services: ServicesOf,
    before: _NoticeId | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> InboxPage:
    """What this browser's citizen was told, the latest first."""
    citizen = services.cookies.conversation(request) or ""
    page = services.inbox.reads.page(citizen, before, limit)
    return InboxPage(
        items=[notice_item(one) for one in page.notices],
        unread=page.unread,
        more=page.more,
        stopped=sorted(services.inbox.stops.of(citizen)),
        open=services.inbox.reads.is_open(citizen),
        last_event_id=event_id(page.position),
    )


@router.post("/read", dependencies=_COUNTED, responses=_REFUSED, openapi_extra=json_body(ReadRequest))
async def read(request: Request, services: ServicesOf) -> Unread:
    """Marks notices as read; ids that are none of theirs change nothing."""
    body = await read_body(request, ReadRequest)
    citizen = services.cookies.conversation(request)
    if citizen is None:
        return Unread(unread=0)
    return Unread(unread=await run_sync(services.inbox.reads.mark_read, citizen, body.notice_ids))


@router.post("/stop", dependencies=_COUNTED, responses=_REFUSED, openapi_extra=json_body(StopRequest))
async def stop(request: Request, response: Response, services: ServicesOf) -> Stopped:
    """Ends a kind of notices, or all of them, from now on; with `stopped` false lets it go on."""
    body = await read_body(request, StopRequest)
    citizen = services.cookies.ensure(request)
    change = services.inbox.stops.stop if body.stopped else services.inbox.stops.lift
    stopped = await run_sync(change, citizen, body.kind)
    services.cookies.put(request, response, citizen)
    return Stopped(stopped=sorted(stopped))


@router.get(
    "/stream",
    dependencies=_COUNTED,
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}}, **_NO_STREAM, **errors(422, 429, 503)},
)
async def stream(
    request: Request,
    services: ServicesOf,
    resumed: Annotated[Plain | None, Header(alias="Last-Event-ID", max_length=64)] = None,
    last_event_id: _EventId | None = None,
) -> Response:
    """Notices as they come, as server-sent events; after the id that is named, what was missed first.

    The header is what a browser sends when it comes back, and counts more than the query it began with.
    """
    streams = services.inbox.streams
    citizen = services.cookies.conversation(request)
    if citizen is None or not streams.enabled:
        return Response(status_code=204)
    address = counted_address(request.client.host if request.client else "")
    # Opened before anything is read: what comes meanwhile waits in it.
    opened = await streams.open(citizen, address)
    try:
        able, here = await streams.begin(citizen)
    except BaseException:
        streams.leave(opened)
        raise
    if not able:
        streams.leave(opened)
        return Response(status_code=204)
    told = resumed or last_event_id
    after = parse_event_id(told, here) if told else None
    return EventStream(streams, opened, here, after, lost=bool(told) and after is None)
