"""The portal's parts with a clock around them: each does what the one inside does."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy import Engine

from apps.portal.deadline import Deadline
from apps.portal.errors import TooManyWaiting, TurnFailed, status_of
from apps.portal.gate import Gate
from apps.portal.keeping import Keeper
from apps.portal.limits import Admit
from apps.portal.metrics import PortalMetrics
from apps.portal.ports import Dialogue, DialogueFailed, Said
from apps.portal.queue import TurnQueue
from apps.portal.services import TakesMessages
from apps.portal.wire import ChatRequest
from core.answering import AnswerStatus
from core.citizens.conversations import Conversations
from core.citizens.replies import StoredReplies, StoredReply
from core.citizens.turns import Also
from core.clock import Clock
from core.tracing import span
from knowledge_base.contract import AnswerReply


class MeasuredChat:
    """Counts turns by how they ended. What was no message to answer (400) is none."""

    def __init__(self, chat: TakesMessages, metrics: PortalMetrics) -> None:
        self._chat = chat
        self._metrics = metrics

    async def take(self, conversation: str, request: ChatRequest, admit: Admit) -> StoredReply:
        """The reply of the chat inside."""
        started = time.perf_counter()
        with self._metrics.in_flight.track_inprogress():
            try:
                stored = await self._chat.take(conversation, request, admit)
            except (TurnFailed, TooManyWaiting) as error:
                self._metrics.count_turn(status_of(error), time.perf_counter() - started)
                raise
        self._metrics.count_turn(AnswerStatus(stored.body["status"]), time.perf_counter() - started)
        return stored


class MeasuredDialogue:
    """Times the dialogue engine and counts the turns in which it failed."""

    def __init__(self, dialogue: Dialogue, metrics: PortalMetrics) -> None:
        self._dialogue = dialogue
        self._metrics = metrics

    async def turn(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply of the engine inside."""
        with self._metrics.step("rasa"), span("rasa"):
            try:
                return await self._dialogue.turn(said, deadline)
            except DialogueFailed:
                self._metrics.count_fallback()
                raise

    async def close(self) -> None:
        """Ends its connections."""
        await self._dialogue.close()


class MeasuredQueue(TurnQueue):
    """Tells how many wait, and for how long."""

    def __init__(self, metrics: PortalMetrics) -> None:
        super().__init__()
        self._metrics = metrics

    @asynccontextmanager
    async def turn(self, conversation: str, deadline: Deadline) -> AsyncIterator[None]:
        """Waits for the conversation's earlier turns, as the queue itself does."""
        async with AsyncExitStack() as stack:
            with self._metrics.step("queue"), self._metrics.waiting.track_inprogress():
                await stack.enter_async_context(super().turn(conversation, deadline))
            yield


class MeasuredGate(Gate):
    """Tells how many wait to be let in, and for how long."""

    def __init__(self, metrics: PortalMetrics) -> None:
        super().__init__()
        self._metrics = metrics

    @asynccontextmanager
    async def turn(self, deadline: Deadline) -> AsyncIterator[None]:
        """Waits until the turn may begin, as the gate itself does."""
        async with AsyncExitStack() as stack:
            with self._metrics.step("gate"), self._metrics.waiting.track_inprogress():
                await stack.enter_async_context(super().turn(deadline))
            yield


class MeasuredKeeper(Keeper):
    """Times how long keeping an answered turn takes."""

    def __init__(
        self,
        metrics: PortalMetrics,
        engine: Engine,
        clock: Clock,
        conversations: Conversations,
        replies: StoredReplies,
        also: Also,
    ) -> None:
        super().__init__(engine, clock, conversations, replies, also)
        self._metrics = metrics

    async def keep(self, said: Said, reply: AnswerReply) -> StoredReply:
        """Keeps an answered turn; its reply as it goes out."""
        with self._metrics.step("keep"), span("keep"):
            return await super().keep(said, reply)
