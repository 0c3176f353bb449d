"""The off switch as the portal obeys it: calm words instead of an answer; danger is referred all the same."""

from __future__ import annotations

import logging

from apps.portal.answering import Answers
from apps.portal.chat import is_one_too_many, urgent_words, words_of
from apps.portal.deadline import Deadline
from apps.portal.errors import TurnFailed
from apps.portal.keeping import Keeper
from apps.portal.limits import Admit
from apps.portal.ports import Said
from apps.portal.services import TakesMessages
from apps.portal.switch import Switch
from apps.portal.wire import ChatRequest
from core.answering import AnswerStatus
from core.citizens.replies import StoredReply
from core.logs import new_request_id, request_id
from core.switch.state import Off
from knowledge_base.contract import AnswerReply, TextPart

log = logging.getLogger(__name__)


class SwitchedAnswering:
    """Lets no answer out that was begun before the switch was thrown and ended after it."""

    def __init__(self, answering: Answers, switch: Switch) -> None:
        self._answering = answering
        self._switch = switch

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply of the answering inside.

        Raises:
            TurnFailed: The assistant was turned off meanwhile, or as inside.
        """
        reply = await self._answering.reply(said, deadline)
        if reply.status is not AnswerStatus.REFERRED_URGENT and await self._switch.off() is not None:
            raise TurnFailed(AnswerStatus.SWITCHED_OFF)
        return reply


class SwitchedChat:
    """Takes messages as the chat inside does, as long as the channel is on.

    While it is off nothing is asked anywhere, and nothing is kept but a row of the answer log without words.

    Args:
        chat: Takes messages while it is on.
        switch: Whether it is.
        keeper: Counts what is not answered.
    """

    def __init__(self, chat: TakesMessages, switch: Switch, keeper: Keeper) -> None:
        self._chat = chat
        self._switch = switch
        self._keeper = keeper

    async def take(self, conversation: str, request: ChatRequest, admit: Admit) -> StoredReply:
        """The reply; one of status `switched_off` is never stored: the same message may be sent again."""
        off = await self._switch.off()
        if off is not None:
            return await self._taken_while_off(off, conversation, request, admit)
        try:
            return await self._chat.take(conversation, request, admit)
        except TurnFailed as error:
            off = await self._switch.off() if error.code == AnswerStatus.SWITCHED_OFF else None
            if off is None:
                raise
            return self._keeper.unkept(_said(conversation, request), _reply(off))

    async def _taken_while_off(
        self, off: Off, conversation: str, request: ChatRequest, admit: Admit
    ) -> StoredReply:
        said = _said(conversation, request)
        urgent = await urgent_words(said.text)
        if urgent is None:
            await admit()
        reply = urgent or _reply(off)
        # A flood of such messages fills no database.
        if urgent is None or not await is_one_too_many(admit):
            await self._keeper.count(reply.status)
        log.info("turn while off", extra={"status": reply.status.value})
        return self._keeper.unkept(said, reply)


def _said(conversation: str, request: ChatRequest) -> Said:
    named = request_id.get() or new_request_id()
    return Said(conversation, words_of(request), None, request.region, named, None)


def _reply(off: Off) -> AnswerReply:
    return AnswerReply(status=AnswerStatus.SWITCHED_OFF, parts=[TextPart(text=off.message)])
