"""Gets the reply to what was said: from the dialogue engine, or, without it, from the knowledge service."""

from __future__ import annotations

import logging

from apps.portal.deadline import Deadline
from apps.portal.errors import FAILED_STATUSES, TurnFailed
from apps.portal.ports import Dialogue, DialogueFailed, Knowledge, Said
from core.answering import AnswerStatus
from core.errors import BadInput, DeadlineExceeded, Unavailable
from knowledge_base.contract import AnswerReply, AnswerRequest, ChoicesPart, TextPart

log = logging.getLogger(__name__)
ONLY_SINGLE = "连续对话暂时不可用，目前只能逐条回答单个问题：请把要办的事项和想问的内容写在一句话里。"


class Answering:
    """Slow is not down: only an engine that fails is passed by, never one that is late.

    Args:
        dialogue: Dialogue engine.
        knowledge: Knowledge service.
        hotline: Number named when nothing works.
    """

    def __init__(self, dialogue: Dialogue, knowledge: Knowledge, hotline: str) -> None:
        self._dialogue = dialogue
        self._knowledge = knowledge
        self._down = f"智能咨询暂时不可用，请稍后再试，或拨打政务服务便民热线{hotline}。"
        self._late = f"现在咨询的人较多，没能及时答复，请稍后重试，或拨打政务服务便民热线{hotline}。"
        self._broken = f"系统暂时出了点问题，请稍后再试，或拨打政务服务便民热线{hotline}。"

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply, which is never one of the error statuses.

        Raises:
            TurnFailed: The turn ended in an error status or was refused as too much.
        """
        try:
            reply = await self._ask(said, deadline)
        except DeadlineExceeded as error:
            raise TurnFailed(AnswerStatus.ERROR_TIMEOUT, self._late) from error
        except (Unavailable, BadInput) as error:
            raise TurnFailed(AnswerStatus.ERROR_UNAVAILABLE, self._down) from error
        if reply.status in FAILED_STATUSES:
            raise TurnFailed(reply.status, self._words(reply))
        return reply

    def too_late(self) -> TurnFailed:
        """The error of a turn that did not even begin in time."""
        return TurnFailed(AnswerStatus.ERROR_TIMEOUT, self._late)

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

    def _words(self, reply: AnswerReply) -> str:
        said = next((part.text for part in reply.parts if isinstance(part, TextPart)), None)
        if said:
            return said
        words = {AnswerStatus.ERROR_TIMEOUT: self._late, AnswerStatus.ERROR_UNAVAILABLE: self._down}
        return words.get(reply.status, self._broken)
