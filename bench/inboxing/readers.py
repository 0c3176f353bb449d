"""A reader of the stream who can break off anywhere, within an event as well, and comes back."""

from __future__ import annotations

import asyncio
import json
import time

_AGAIN_S = 0.05


class Reader:
    """One citizen's page.

    Attributes:
        titles: Of every notice that came, in the order in which they came.
        at: When each did.
        opened: How often the stream was opened.
        refused: How often it was not.
    """

    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._cookie = cookie
        self._in: asyncio.StreamReader | None = None
        self._out: asyncio.StreamWriter | None = None
        self._rest = b""
        self._last_id = ""
        self.titles: list[str] = []
        self.at: list[float] = []
        self.opened = 0
        self.refused = 0

    async def open(self) -> None:
        """Asks for the stream, and waits until it stands."""
        while True:
            self._in, self._out = await asyncio.open_connection("127.0.0.1", self._port)
            resuming = f"Last-Event-ID: {self._last_id}\r\n" if self._last_id else ""
            head = (
                f"GET /api/inbox/stream HTTP/1.1\r\nHost: portal\r\nCookie: {self._cookie}\r\n{resuming}\r\n"
            )
            self._out.write(head.encode())
            answer = await self._in.readuntil(b"\r\n\r\n")
            if answer.startswith(b"HTTP/1.1 200"):
                break
            self.refused += 1
            self.hang_up()
            await asyncio.sleep(_AGAIN_S)
        self._rest = b""
        self.opened += 1
        while not self._last_id:
            await self._piece()

    async def read(self, count: int) -> None:
        """Reads until so many notices have come in all."""
        while len(self.titles) < count:
            await self._piece()

    async def follow(self) -> None:
        """Reads on and on; comes back whenever the connection is gone."""
        while True:
            try:
                await self._piece()
            except (OSError, asyncio.IncompleteReadError):
                await self._again()

    def break_off(self) -> bool:
        """The connection is gone at once, with what was on its way; false where there is none."""
        if self._out is None or self._out.transport.is_closing():
            return False
        self._out.transport.abort()
        return True

    def hang_up(self) -> None:
        """Closes the connection."""
        if self._out is not None:
            self._out.close()

    async def _again(self) -> None:
        while True:
            try:
                await self.open()
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def _piece(self) -> None:
        """Takes one chunk; an event counts when it is whole."""
        if self._in is None:
            raise ConnectionError
        size = int((await self._in.readuntil(b"\r\n")).strip() or b"0", 16)
        piece = (await self._in.readexactly(size + 2))[:-2]
        if not size:
            raise ConnectionError
        *events, self._rest = (self._rest + piece).split(b"\n\n")
        for event in events:
            self._take(event.decode())

    def _take(self, event: str) -> None:
        fields = dict(line.split(": ", 1) for line in event.split("\n") if ": " in line)
        self._last_id = fields.get("id", self._last_id)
        if fields.get("event") == "notice":
            self.titles.append(json.loads(fields["data"])["title"])
            self.at.append(time.perf_counter())
