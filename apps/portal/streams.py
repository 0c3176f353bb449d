"""The open streams of inboxes: one look at the database serves them all, and each holds little."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from apps.portal.errors import TooFast
from channels.web.bell import Listener
from channels.web.reads import InboxNotice, InboxReads, News, Position
from core.errors import Unavailable

# Without a bell a notice waits so long at most; it is a read of three single rows.
LOOK_EVERY_S: Final = 1.0
# Rung without end, it looks no more often than this.
_REST_S: Final = 0.05
# A stream that so many notices wait for is ended: it goes on from the database when its reader comes back.
MOST_WAITING: Final = 64
PER_CITIZEN: Final = 4
# Reads of streams that begin: places of their own, so that a thousand that come back keep no chat waiting.
_READS_AT_ONCE: Final = 4
_FIRST_LOOK_S: Final = 5.0
_AGAIN_S: Final = 30
log = logging.getLogger(__name__)


class Stream:
    """What waits for one reader."""

    def __init__(self, citizen: str, address: str, most: int = MOST_WAITING) -> None:
        self.citizen = citizen
        self.address = address
        self.ended = False
        self._most = most
        self._waiting: deque[InboxNotice] = deque()
        self._woken = asyncio.Event()

    def push(self, notice: InboxNotice) -> None:
        """Adds a notice; where too many wait, the stream ends and forgets them."""
        if len(self._waiting) >= self._most:
            self.end()
        if not self.ended:
            self._waiting.append(notice)
            self._woken.set()

    def end(self) -> None:
        """Nothing more comes."""
        self.ended = True
        self._waiting.clear()
        self._woken.set()

    async def take(self, seconds: float) -> list[InboxNotice]:
        """What waits, in order; nothing after so many seconds, or when the stream has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        taken = list(self._waiting)
        self._waiting.clear()
        if not self.ended:
            self._woken.clear()
        return taken


class Streams:
    """Every open stream of this process.

    Args:
        inbox: Reads notices.
        listener: Hears that there are some.
        most: Streams at a time; 0: none is opened.
        per_address: Those of one address, behind which an office or a carrier may stand.
        look_every_s: Seconds after which the database is looked at in any case.
        most_waiting: Notices that may wait for one reader.
    """

    def __init__(
        self,
        inbox: InboxReads,
        listener: Listener,
        most: int,
        per_address: int,
        look_every_s: float = LOOK_EVERY_S,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._inbox = inbox
        self._listener = listener
        self._most = most
        self._per_address = per_address
        self._look_every_s = look_every_s
        self._most_waiting = most_waiting
        self._of: dict[str, set[Stream]] = {}
        self._addresses: dict[str, int] = {}
        self._count = 0
        self._looking: asyncio.Task[None] | None = None
        self._position: Position | None = None
        self._seen = asyncio.Event()
        self._closed = False
        self._limiter: CapacityLimiter | None = None
        self._look_limiter: CapacityLimiter | None = None
        self._failing = False

    @property
    def count(self) -> int:
        """How many are open."""
        return self._count

    @property
    def enabled(self) -> bool:
        """Whether there are streams at all."""
        return self._most > 0 and not self._closed

    async def open(self, citizen: str, address: str) -> Stream:
        """A stream that holds what comes from now on; `leave` it in the end.

        Raises:
            Unavailable: As many are open as there may be, or the database does not answer.
            TooFast: This citizen, or this address, holds too many already.
        """
        if self._count >= self._most or self._closed:
            raise Unavailable("too many streams are open")
        if len(self._of.get(citizen, ())) >= PER_CITIZEN or self._of_address(address) >= self._per_address:
            raise TooFast(_AGAIN_S)
        stream = Stream(citizen, address, self._most_waiting)
        self._of.setdefault(citizen, set()).add(stream)
        self._addresses[address] = self._of_address(address) + 1
        self._count += 1
        self._looking = self._looking or asyncio.create_task(self._look_always())
        try:
            # From the first look on nothing is missed; what was before, the reader's own read finds.
            async with asyncio.timeout(_FIRST_LOOK_S):
                await self._seen.wait()
        except BaseException as error:
            self.leave(stream)
            raise (Unavailable("no first look") if isinstance(error, TimeoutError) else error) from None
        return stream

    def leave(self, stream: Stream) -> None:
        """Its reader has gone."""
        theirs = self._of.get(stream.citizen, set())
        if stream not in theirs:
            return
        theirs.discard(stream)
        if not theirs:
            del self._of[stream.citizen]
        rest = self._of_address(stream.address) - 1
        self._addresses[stream.address] = rest
        if not rest:
            del self._addresses[stream.address]
        self._count -= 1

    def end(self, citizen: str) -> None:
        """Ends a citizen's streams."""
        for stream in self._of.get(citizen, ()):
            stream.end()

    def end_all(self) -> None:
        """Ends every stream, and opens no further one: the server stops."""
        self._closed = True
        for citizen in list(self._of):
            self.end(citizen)

    async def since(self, citizen: str, after: Position) -> News:
        """What a citizen got after a position."""
        return await run_sync(self._inbox.since, citizen, after, limiter=self._reads())

    async def begin(self, citizen: str) -> tuple[bool, Position]:
        """Whether anything may come to this citizen, and the present position."""
        return await run_sync(self._begin, citizen, limiter=self._reads())

    async def close(self) -> None:
        """Ends everything."""
        self.end_all()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await self._listener.close()

    def _begin(self, citizen: str) -> tuple[bool, Position]:
        return self._inbox.is_open(citizen), self._inbox.news(None).position

    def _reads(self) -> CapacityLimiter:
        # Made in the event loop that it belongs to.
        self._limiter = self._limiter or CapacityLimiter(_READS_AT_ONCE)
        return self._limiter

    def _of_address(self, address: str) -> int:
        return self._addresses.get(address, 0)

    async def _look_always(self) -> None:
        while True:
            try:
                await self._look()
                self._failing = False
            except Exception as error:
                if not self._failing:
                    log.warning("inbox not looked at", extra={"kind": type(error).__name__})
                self._failing = True
                await asyncio.sleep(self._look_every_s)
            await asyncio.sleep(_REST_S)

    async def _look(self) -> None:
        before = self._position
        # A thread of its own: those that begin are not waited for.
        self._look_limiter = self._look_limiter or CapacityLimiter(1)
        news = await run_sync(self._inbox.news, before, limiter=self._look_limiter)
        if before is not None and before.epoch != news.position.epoch:
            # Restored from a backup: numbers begin anew, and so does every reader.
            for citizen in list(self._of):
                self.end(citizen)
        self._position = news.position
        self._seen.set()
        self._hand_out(news.notices)
        for citizen in news.erased & self._of.keys():
            self.end(citizen)
        if not news.notices:
            await self._listener.wait(self._look_every_s)

    def _hand_out(self, notices: Iterable[InboxNotice]) -> None:
        for notice in notices:
            for stream in self._of.get(notice.citizen, ()):
                stream.push(notice)
