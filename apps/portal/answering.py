"""Gets the reply to what was said: from the dialogue engine, or, without it, from the knowledge service."""

from __future__ import annotations

import logging
from typing import Protocol

from apps.portal.deadline import Deadline
from apps.portal.errors import ERROR_STATUSES, TooManyWaiting, TurnFailed, status_of
from apps.portal.ports import Dialogue, DialogueFailed, Knowledge, Said
from apps.portal.screening import abuse_reply
from apps.portal.words import Words
from core.answering import AnswerStatus
from core.errors import BadInput, DeadlineExceeded, Unavailable
from knowledge_base.contract import AnswerReply, AnswerRequest, ChoicesPart, TextPart

log = logging.getLogger(__name__)
ONLY_SINGLE = "连续对话暂时不可用，目前只能逐条回答单个问题：请把要办的事项和想问的内容写在一句话里。"


class Answers(Protocol):
    """Where replies come from, as `Answering` is."""

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply to what was said."""
        ...


class Answering:
    """Slow is not down: only an engine that fails is passed by, never one that is late.

    Args:
        dialogue: Dialogue engine.
        knowledge: Knowledge service.
        words: The portal's own sentences.
    """

    def __init__(self, dialogue: Dialogue, knowledge: Knowledge, words: Words) -> None:
        self._dialogue = dialogue
        self._knowledge = knowledge
        self._words = words

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply, which is never one of the error statuses. Abuse is asked nowhere.

        Raises:
            TurnFailed: The turn ended in an error status.
            TooManyWaiting: It was refused as too much.
        """
        if said.pick is None and (calmed := abuse_reply(said.text, self._words.calm())):
            return calmed
        try:
            reply = await self._ask(said, deadline)
        except BadInput as error:
            # Our own question was refused: nothing that the citizen can put right.
            raise TurnFailed(AnswerStatus.ERROR_UNAVAILABLE) from error
        except (DeadlineExceeded, Unavailable) as error:
            raise TurnFailed(status_of(error)) from error
        if reply.status in ERROR_STATUSES:
            raise TurnFailed(reply.status)
        if reply.status is AnswerStatus.BLOCKED_RATE:
            raise TooManyWaiting()
        return self._words.sent_elsewhere(reply) if reply.status is AnswerStatus.OUT_OF_SCOPE else reply

    async def _ask(self, said: Said, deadline: Deadline) -> AnswerReply:
        try:
            return await self._dialogue.turn(said, deadline)
        except DialogueFailed as error:
            log.warning(
                "dialogue engine failed, asking the knowledge service", extra={"reason": error.detail}
            )
        return await self._ask_knowledge(said, deadline)

    async def _ask_knowledge(self, said: Said, deadline: Deadline) -> AnswerReply:
        request = AnswerRequest(
            question="" if said.pick else said.text,
            aspect=said.pick.aspect if said.pick else None,
            chosen=said.pick.target if said.pick else None,
            region=said.region,
            deadline_ms=max(1, int(deadline.remaining() * 1000)),
        )
        async with deadline.guard():
            reply = await self._knowledge.answer(request, request_id=said.request_id)
        notice = TextPart(text=ONLY_SINGLE)
        # A question back stays last, with its buttons above the field that is typed into.
        last_is_choices = bool(reply.parts) and isinstance(reply.parts[-1], ChoicesPart)
        parts = [notice, *reply.parts] if last_is_choices else [*reply.parts, notice]
        return reply.model_copy(update={"parts": parts})
