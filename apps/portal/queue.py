"""Turns of one conversation follow each other; different conversations do not wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apps.portal.deadline import Deadline
from apps.portal.errors import TooManyWaiting

MOST_WAITING = 4


class _Line:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.people = 0


class TurnQueue:
    """One lock for each conversation in which a turn is under way."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most = most_waiting + 1
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, conversation: str, deadline: Deadline) -> AsyncIterator[None]:
        """Waits for the conversation's earlier turns.

        Raises:
            TooManyWaiting: Too many wait already.
            DeadlineExceeded: The earlier turns took too long.
        """
        line = self._lines.setdefault(conversation, _Line())
        if line.people >= self._most:
            raise TooManyWaiting()
        line.people += 1
        try:
            async with deadline.guard():
                await line.lock.acquire()
            try:
                yield
            finally:
                line.lock.release()
        finally:
            line.people -= 1
            if not line.people:
                del self._lines[conversation]
