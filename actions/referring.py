"""Sends a citizen to people: to an agency and the hotline, or in danger to those who help at once."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from actions.base import Answers, KnowledgeAction, Patience, named
from actions.turn import DialogueTurn
from core.answering import AnswerStatus
from core.errors import BadInput, WeizhengError
from core.text.urgent import Urgent, in_case_of_danger, urgent_advice
from knowledge_base.contract import MAX_QUESTION, AnswerPart, AnswerReply, AnswerRequest, TextPart

log = logging.getLogger(__name__)

_URGENT_PREFIX: Final = "urgent_"
# Who writes more than this complains of something else than what was talked of before.
_OF_THE_LAST_MATTER: Final = 15
_AT_ONCE_S: Final = 1.5
_ANSWERED: Final = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE)
# In words, since a request carries one aspect: telephone and hours of the item's agency.
_CONTACT: Final = "咨询电话和办公时间"


class ReferAction(KnowledgeAction):
    """Names the hotline, and the agency of what the conversation is about.

    Args:
        act: Name of the act that it answers.
        words: What is said; it names the hotline.
    """

    def __init__(self, act: str, words: str, knowledge: Answers, patience: Patience) -> None:
        super().__init__(knowledge, patience)
        self._act = act
        self._words = words

    def name(self) -> str:
        """The action's name in the domain."""
        return f"action_{self._act}"

    def request(self, turn: DialogueTurn, deadline_ms: int) -> AnswerRequest:
        """How to reach the agency of the current service item."""
        return AnswerRequest(
            question=_CONTACT, chosen=turn.current, region=turn.region, deadline_ms=deadline_ms
        )

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """The hotline always; the agency where it is known and can be asked for."""
        said = TextPart(text=self._words)
        contact = await self._contact(turn)
        if contact is None:
            return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[said])
        cards = [part for part in contact.parts if isinstance(part, AnswerPart)]
        changed = {
            "status": AnswerStatus.ANSWERED_CANNED,
            "parts": [said, *cards],
            "target": None,
            "aspect": None,
        }
        return contact.model_copy(update=changed)

    async def _contact(self, turn: DialogueTurn) -> AnswerReply | None:
        if turn.current is None or turn.current.kind != "item" or len(turn.question) > _OF_THE_LAST_MATTER:
            return None
        try:
            return await super().reply(turn)
        except WeizhengError as error:
            log.warning("%s: %s", self.name(), named(error))
            return None


class UrgentAction(KnowledgeAction):
    """Says whom to call in danger, in the words of the reviewed list.

    Only what the list did not find comes here, by the dialogue model's guess. Where the knowledge service is
    sure of a matter it was an everyday question after all: it is answered, behind a word of caution.
    """

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_urgent"

    def request(self, turn: DialogueTurn, deadline_ms: int) -> AnswerRequest:
        """The words alone: what was talked of before says nothing of a danger now."""
        return AnswerRequest(
            question=turn.question[:MAX_QUESTION], region=turn.region, deadline_ms=deadline_ms
        )

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """The advice for the kind of danger that was recognised, or the answer.

        Raises:
            BadInput: The act is no danger.
        """
        try:
            kind = Urgent(turn.intent.removeprefix(_URGENT_PREFIX))
        except ValueError:
            raise BadInput("urgent: unknown kind") from None
        answer = await self._answer(turn)
        if answer is not None and (answer.status in _ANSWERED or answer.asks_region):
            parts = [TextPart(text=in_case_of_danger()), *answer.parts]
            return answer.model_copy(update={"parts": parts})
        return AnswerReply(status=AnswerStatus.REFERRED_URGENT, parts=[TextPart(text=urgent_advice(kind))])

    async def _answer(self, turn: DialogueTurn) -> AnswerReply | None:
        """What the knowledge service says at once; nothing that goes wrong there may keep the advice back."""
        try:
            async with asyncio.timeout(_AT_ONCE_S):
                return await super().reply(turn)
        except Exception as error:
            log.warning("%s: %s", self.name(), named(error))
            return None
