"""One message of a citizen from its arrival to its stored reply."""

from __future__ import annotations

import logging
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

import anyio
from anyio.to_thread import run_sync

from apps.portal.ahead import LookingAhead
from apps.portal.answering import Answers
from apps.portal.deadline import Deadline
from apps.portal.errors import BadChoice, Overloaded, TooManyWaiting, TurnFailed, log_defect, status_of
from apps.portal.gate import Gate
from apps.portal.keeping import Keeper
from apps.portal.limits import Admit
from apps.portal.past import Past
from apps.portal.ports import Pick, Said
from apps.portal.queue import TurnQueue
from apps.portal.screening import urgent_reply
from apps.portal.wire import ChatRequest
from core.answering import AnswerStatus
from core.citizens.choices import Choices, OfferedChoice
from core.citizens.conversations import Conversations
from core.citizens.replies import Claimed, Pending, StoredReplies, StoredReply
from core.errors import BadInput, DeadlineExceeded, WeizhengError
from core.logs import new_request_id, request_id
from core.text.masking import mask
from core.text.slash import neutralise
from knowledge_base.contract import MAX_QUESTION, AnswerReply, Target

log = logging.getLogger(__name__)
_POLL_S = 0.1
# Nobody else is answered while a message is looked through on the event loop.
_LONG = 200
# No longer message is taken for the title of a choice, and no reply has more parts.
_LONGEST_TITLE = 60
_OF_A_REPLY = 12


@dataclass(frozen=True)
class Memory:
    """The stores of conversations; the methods of all but the keeper block."""

    conversations: Conversations
    choices: Choices
    replies: StoredReplies
    keeper: Keeper


class Chat:
    """Takes messages.

    Args:
        answering: Where replies come from.
        memory: Where turns are kept.
        queue: Keeps the turns of one conversation in line.
        gate: Bounds the turns of all.
        ahead: Tells the knowledge service what is coming.
        deadline_s: Seconds that a turn may take in all.
    """

    def __init__(
        self,
        answering: Answers,
        memory: Memory,
        queue: TurnQueue,
        gate: Gate,
        ahead: LookingAhead,
        deadline_s: float,
    ) -> None:
        self._answering = answering
        self._memory = memory
        self._queue = queue
        self._gate = gate
        self._ahead = ahead
        self._deadline_s = deadline_s

    async def take(self, conversation: str, request: ChatRequest, admit: Admit) -> StoredReply:
        """The reply, which for a message that was answered before is the one of then.

        Args:
            conversation: Its id.
            request: The message.
            admit: Counts it; raises `TooManyWaiting` if it is one too many. Danger is answered all the same.

        Raises:
            BadInput: Nothing is left of the text, or the choice is not one of this conversation.
            TooManyWaiting: The conversation has too many messages under way.
            TurnFailed: The turn ended in an error status; the same message may be sent again.
        """
        try:
            return await self._take(conversation, request, admit)
        except (BadInput, TooManyWaiting, TurnFailed):
            raise
        except Exception as error:
            if not isinstance(error, WeizhengError):
                log_defect(error)
            raise TurnFailed(status_of(error)) from error

    async def _take(self, conversation: str, request: ChatRequest, admit: Admit) -> StoredReply:
        text = words_of(request)
        if (urgent := await self._refer_urgent(conversation, request, text, admit)) is not None:
            return urgent
        await admit()
        deadline = Deadline(self._deadline_s)
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._queue.turn(conversation, deadline))
                await stack.enter_async_context(self._gate.turn(deadline))
            except Overloaded:
                # What lightens the load must not add to it: nothing is kept.
                raise
            except (TooManyWaiting, DeadlineExceeded) as error:
                await self._keep_unheard(conversation, request, status_of(error))
                raise
            # A picked choice tells its record; nothing is to be searched for.
            typed = text if request.payload is None else ""
            ahead = self._ahead.looking(conversation, typed, request.region, deadline, _request_id())
            stack.enter_context(ahead)
            if request.client_message_id is None:
                region = await run_sync(self._memory.conversations.region, conversation)
                return await self._answer(conversation, request, deadline, region)
            return await self._answer_once(conversation, request, request.client_message_id, deadline)

    async def _refer_urgent(
        self, conversation: str, request: ChatRequest, text: str, admit: Admit
    ) -> StoredReply | None:
        """Who is in danger stands in no line, and is answered whether or not anything else works."""
        started = time.perf_counter()
        reply = await urgent_words(text)
        if reply is None:
            return None
        said = Said(conversation, text, None, request.region, _request_id(), request.client_message_id)
        # Beyond the limits it is answered all the same, but a flood of such messages fills no database.
        keeper = self._memory.keeper
        too_many = await is_one_too_many(admit)
        stored = keeper.unkept(said, reply) if too_many else await keeper.keep_if_possible(said, reply)
        _log_turn(stored, started)
        return stored

    async def _answer_once(
        self, conversation: str, request: ChatRequest, client_message_id: str, deadline: Deadline
    ) -> StoredReply:
        claim = await self._claim(conversation, client_message_id, deadline)
        if isinstance(claim, StoredReply):
            return claim
        try:
            return await self._answer(conversation, request, deadline, claim.region)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await run_sync(self._memory.replies.release, conversation, client_message_id)
            raise

    async def _claim(
        self, conversation: str, client_message_id: str, deadline: Deadline
    ) -> StoredReply | Claimed:
        """The stored reply, or that it is ours to answer. Waits while another process answers it."""
        while True:
            claim = await run_sync(self._memory.replies.claim, conversation, client_message_id)
            if not isinstance(claim, Pending):
                return claim
            await anyio.sleep(min(_POLL_S, deadline.remaining()))

    async def _answer(
        self, conversation: str, request: ChatRequest, deadline: Deadline, region: str | None
    ) -> StoredReply:
        started = time.perf_counter()
        said = await self._understand(conversation, request, region)
        self._ahead.note_region(conversation, said.region)
        try:
            reply = await self._answering.reply(said, deadline)
            stored = await self._memory.keeper.keep(said, reply)
        except Exception as error:
            await self._memory.keeper.keep_failed(said, status_of(error))
            raise
        _log_turn(stored, started)
        return stored

    async def _keep_unheard(self, conversation: str, request: ChatRequest, status: AnswerStatus) -> None:
        """Keeps a turn that ended before what was said was looked at."""
        try:
            region = await run_sync(self._memory.conversations.region, conversation)
            said = await self._understand(conversation, request, region)
        except Exception as error:
            log.warning("failed turn not kept", extra={"kind": type(error).__name__})
            return
        await self._memory.keeper.keep_failed(said, status)

    async def _understand(self, conversation: str, request: ChatRequest, region: str | None) -> Said:
        """What was said, and in which region: the one told with it, else the conversation's."""
        if request.payload is not None:
            pick: Pick | None = await self._find(conversation, request.payload)
        else:
            pick = await run_sync(self._typed, conversation, words_of(request))
        text = pick.title if pick and request.payload is not None else words_of(request)
        if not text:
            raise BadInput("nothing is left of the text", public_message="请输入您要咨询的问题。")
        told = pick.region if pick and pick.region else request.region
        if told is not None:
            region = await run_sync(self._memory.conversations.visit, conversation, told)
        return Said(conversation, text, pick, region, _request_id(), request.client_message_id)

    async def _find(self, conversation: str, token: str) -> Pick:
        choice = await run_sync(self._memory.choices.find, conversation, token)
        if choice is None:
            raise BadChoice()
        return _pick(choice)

    def _typed(self, conversation: str, text: str) -> Pick | None:
        """What is picked in words of what the latest reply offered."""
        if not 0 < len(text) <= _LONGEST_TITLE:
            return None
        token = Past(self._memory.conversations.history(conversation, _OF_A_REPLY)).picked(text)
        choice = self._memory.choices.find(conversation, token) if token else None
        return _pick(choice) if choice else None


def _pick(choice: OfferedChoice) -> Pick:
    target = Target(kind=choice.target_kind, id=choice.target_id)
    return Pick(target, choice.aspect, choice.title, choice.region, choice.wish, choice.deed)


async def urgent_words(text: str) -> AnswerReply | None:
    """Whom to call, if that is what it needs. The rules take a tenth of a second for the longest message."""
    if len(text) > _LONG:
        return await run_sync(urgent_reply, text)
    return urgent_reply(text) if text else None


async def is_one_too_many(admit: Admit) -> bool:
    """Whether a message of somebody in danger is beyond the limits; it is answered either way."""
    try:
        await admit()
    except TooManyWaiting:
        return True
    except Exception as error:
        log_defect(error)
    return False


def words_of(request: ChatRequest) -> str:
    """What was typed, safe to hand on and to keep."""
    return mask(neutralise(request.text or ""))[:MAX_QUESTION]


def _request_id() -> str:
    return request_id.get() or new_request_id()


def _log_turn(stored: StoredReply, started: float) -> None:
    log.info(
        "turn",
        extra={
            "answer_id": stored.body["answer_id"],
            "status": stored.body["status"],
            "ms": round((time.perf_counter() - started) * 1000, 1),
        },
    )
