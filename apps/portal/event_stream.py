"""A response that goes on: notices as server-sent events, until one of the two sides ends it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from apps.portal.inbox_wire import notice_item
from apps.portal.streams import Stream, Streams
from channels.web.reads import AT_ONCE_OF_ONE, InboxNotice, Position
from core.errors import WeizhengError

log = logging.getLogger(__name__)
# Proxies and telephones give up on what is silent for a minute.
HEARTBEAT_S: Final = 25.0
_AGAIN_MS: Final = 5000
# Of the epoch so much is enough to tell one from another.
_EPOCH: Final = 8


def event_id(position: Position) -> str:
    """What a reader sends back to go on."""
    return f"{position.epoch[:_EPOCH]}-{position.number}"


def parse_event_id(text: str, here: Position) -> Position | None:
    """The position that an id of this epoch means; None of any other."""
    epoch, _, number = text.partition("-")
    known = epoch == here.epoch[:_EPOCH] and number.isascii() and number.isdigit() and len(number) < 11
    return Position(here.epoch, int(number)) if known and int(number) <= here.number else None


def event(notice: InboxNotice, epoch: str) -> bytes:
    """A notice as it stands in a stream."""
    data = notice_item(notice).model_dump_json()
    return f"event: notice\nid: {event_id(Position(epoch, notice.number))}\ndata: {data}\n\n".encode()


class EventStream(Response):
    """Sends what came after a position, then what comes, with a comment now and then.

    Args:
        streams: Where the stream is open, and left in the end.
        stream: The citizen's.
        here: The present position.
        after: Where the reader was; None: it begins here. `lost`: it was nowhere that is known.
        heartbeat_s: Seconds of silence after which a comment is sent.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        streams: Streams,
        stream: Stream,
        here: Position,
        after: Position | None,
        *,
        lost: bool = False,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._streams = streams
        self._stream = stream
        self._here = here
        self._after = after
        self._lost = lost
        self._heartbeat_s = heartbeat_s
        super().__init__(headers={"X-Accel-Buffering": "no", "Connection": "close"})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until the stream ends or the reader goes."""
        watching = asyncio.create_task(self._watch(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._say(send, f"retry: {_AGAIN_MS}\n\n".encode())
            try:
                await self._follow(send, await self._replay(send))
            except WeizhengError as error:
                # The reader comes back, and goes on from the last it has.
                log.warning("stream ended", extra={"code": error.code})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._streams.leave(self._stream)
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._stream.end()

    async def _replay(self, send: Send) -> Position:
        """What the reader has missed, page by page; the position that follows on."""
        if self._after is None:
            # An id without data is no event, but the reader keeps it.
            told = b"event: reset\ndata: {}\n" if self._lost else b""
            await self._say(send, told + f"id: {event_id(self._here)}\n\n".encode())
            return self._here
        position = self._after
        while not self._stream.ended:
            news = await self._streams.since(self._stream.citizen, position)
            await self._tell(send, news.notices, position)
            position = Position(position.epoch, news.position.number)
            if len(news.notices) < AT_ONCE_OF_ONE:
                break
        return position

    async def _follow(self, send: Send, last: Position) -> None:
        while not self._stream.ended:
            taken = await self._stream.take(self._heartbeat_s)
            # Until the replay was read the stream has kept what the replay had as well.
            fresh = [one for one in taken if one.number > last.number]
            if fresh:
                await self._tell(send, fresh, last)
                last = Position(last.epoch, fresh[-1].number)
            elif not self._stream.ended and not taken:
                await self._say(send, b": \n\n")

    async def _tell(self, send: Send, notices: list[InboxNotice], position: Position) -> None:
        # One by one: a slow reader has to get through no more than one in the time it has for that.
        for one in notices:
            await self._say(send, event(one, position.epoch))

    @staticmethod
    async def _say(send: Send, words: bytes) -> None:
        await send({"type": "http.response.body", "body": words, "more_body": True})
