"""Connections that nobody can hold for nothing: their number and the time for a head are bounded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

BUSY_TEXT = "现在访问的人太多，请稍后再试。遇到紧急情况请直接拨打110、119或120。"
_BUSY_BODY: Final = json.dumps(
    {"error": {"code": "error_unavailable", "message": BUSY_TEXT}}, ensure_ascii=False
).encode()
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _none() -> int:
    return 0


@dataclass(frozen=True)
class Bounds:
    """What connections may cost.

    Attributes:
        head_s: Seconds from the opening, or from the last reply, until the next request's head is whole.
        most: So many are served at a time; on more the portal says politely that it is busy.
        most_at_all: With so many open a further one is cut off at once.
        unread_s: Seconds that a client may leave unread what was sent until the connection is cut off.
        apart: How many of the open connections do not count here: they have a bound of their own.
    """

    head_s: float = 10.0
    most: int = 500
    most_at_all: int = 600
    unread_s: float = 30.0
    apart: Callable[[], int] = _none


class BoundedHttp(H11Protocol):
    """Uvicorn's protocol, which by itself waits for a request's head for ever."""

    def __init__(self, *arguments: Any, bounds: Bounds, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._bounds = bounds
        self._waiting: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Opens; refuses if there are too many."""
        super().connection_made(transport)
        held = len(self.connections) - self._bounds.apart()
        if held > self._bounds.most_at_all:
            transport.abort()
            return
        if held > self._bounds.most:
            self.app = _busy
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Closes."""
        self._stop_waiting()
        self._stop_minding()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not read: what waits for it is bounded, and now the time is as well."""
        super().pause_writing()
        self._stop_minding()
        self._unread = self.loop.call_later(self._bounds.unread_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads on."""
        self._stop_minding()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Takes a piece; the clock stops once a request's head is whole."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Waits for the next request."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self._wait_for_head()

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(self._bounds.head_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _stop_minding(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            begun, _ = self.conn.trailing_data
            if begun:
                self.transport.write(_TOO_SLOW)
            self.transport.close()


def bounded_http(bounds: Bounds) -> type[asyncio.Protocol]:
    """The protocol with these bounds, as uvicorn takes it: something that makes one for each connection."""
    return cast("type[asyncio.Protocol]", partial(BoundedHttp, bounds=bounds))


async def _busy(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {
        "content-type": "application/json",
        "content-length": str(len(_BUSY_BODY)),
        "retry-after": "5",
        "cache-control": "no-store",
        "connection": "close",
    }
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 503, "headers": pairs})
    await send({"type": "http.response.body", "body": _BUSY_BODY})
