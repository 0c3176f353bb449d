"""One message of a citizen from its arrival to its stored reply."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial

import anyio
from anyio.to_thread import run_sync

from apps.portal.answering import Answering
from apps.portal.deadline import Deadline
from apps.portal.errors import BadChoice
from apps.portal.ports import Pick, Said
from apps.portal.queue import TurnQueue
from apps.portal.rendering import build_turn
from apps.portal.wire import ChatRequest
from core.citizens.choices import Choices
from core.citizens.conversations import Conversations
from core.citizens.replies import Claimed, StoredReplies, StoredReply
from core.citizens.turns import Turns
from core.clock import Clock
from core.errors import BadInput, DeadlineExceeded, Unavailable
from core.logs import new_request_id, request_id
from core.text.masking import mask
from core.text.slash import neutralise
from knowledge_base.contract import MAX_QUESTION, Target

log = logging.getLogger(__name__)
_POLL_S = 0.1


@dataclass(frozen=True)
class Memory:
    """The stores of conversations; their methods block."""

    conversations: Conversations
    choices: Choices
    replies: StoredReplies
    turns: Turns


class Chat:
    """Takes messages.

    Args:
        answering: Where replies come from.
        memory: Where turns are kept.
        queue: Keeps the turns of one conversation in line.
        clock: The time.
        deadline_s: Seconds that a turn may take in all.
    """

    def __init__(
        self, answering: Answering, memory: Memory, queue: TurnQueue, clock: Clock, deadline_s: float
    ) -> None:
        self._answering = answering
        self._memory = memory
        self._queue = queue
        self._clock = clock
        self._deadline_s = deadline_s

    async def take(self, conversation: str, request: ChatRequest) -> StoredReply:
        """The reply, which for a message that was answered before is the one of then.

        Raises:
            BadInput: Nothing is left of the text, or the choice is not one of this conversation.
            TooManyWaiting: The conversation has too many messages under way.
            TurnFailed: The turn ended in an error status; the same message may be sent again.
        """
        deadline = Deadline(self._deadline_s)
        try:
            async with self._queue.turn(conversation, deadline):
                if request.client_message_id is None:
                    return await self._answer(conversation, request, deadline)
                return await self._answer_once(conversation, request, request.client_message_id, deadline)
        except DeadlineExceeded as error:
            raise self._answering.too_late() from error

    async def _answer_once(
        self, conversation: str, request: ChatRequest, client_message_id: str, deadline: Deadline
    ) -> StoredReply:
        stored = await self._claim(conversation, client_message_id, deadline)
        if stored is not None:
            return stored
        try:
            return await self._answer(conversation, request, deadline)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await run_sync(self._memory.replies.release, conversation, client_message_id)
            raise

    async def _claim(
        self, conversation: str, client_message_id: str, deadline: Deadline
    ) -> StoredReply | None:
        """The stored reply, or None: ours to answer. Waits while another process answers it."""
        while True:
            claim = await run_sync(self._memory.replies.claim, conversation, client_message_id)
            if isinstance(claim, StoredReply):
                return claim
            if isinstance(claim, Claimed):
                return None
            await anyio.sleep(min(_POLL_S, deadline.remaining()))

    async def _answer(self, conversation: str, request: ChatRequest, deadline: Deadline) -> StoredReply:
        started = time.perf_counter()
        said = await self._understand(conversation, request)
        reply = await self._answering.reply(said, deadline)
        turn = build_turn(said, reply, self._clock.now(), request.client_message_id)
        if turn.reply is None:
            raise Unavailable("a turn without a reply")
        await run_sync(self._memory.turns.save, turn)
        log.info(
            "turn",
            extra={
                "answer_id": turn.answer.id,
                "status": reply.status.value,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        return turn.reply

    async def _understand(self, conversation: str, request: ChatRequest) -> Said:
        text, pick = "", None
        if request.payload is not None:
            pick = await self._find(conversation, request.payload)
            text = pick.title
        elif request.text is not None:
            text = mask(neutralise(request.text))[:MAX_QUESTION]
        if not text:
            raise BadInput("nothing is left of the text", public_message="请输入您要咨询的问题。")
        visit = partial(self._memory.conversations.visit, conversation, request.region)
        region = await run_sync(visit)
        return Said(conversation, text, pick, region, request_id.get() or new_request_id())

    async def _find(self, conversation: str, token: str) -> Pick:
        choice = await run_sync(self._memory.choices.find, conversation, token)
        if choice is None:
            raise BadChoice()
        return Pick(Target(kind=choice.target_kind, id=choice.target_id), choice.aspect, choice.title)
