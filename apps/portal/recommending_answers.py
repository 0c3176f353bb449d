"""Recommendations in the conversation: the dialogue engine says what is wanted, the portal knows for whom."""

from __future__ import annotations

from typing import Final

from anyio.to_thread import run_sync

from apps.portal.answering import Answers
from apps.portal.deadline import Deadline
from apps.portal.offers import Offers
from apps.portal.past import is_complaint
from apps.portal.ports import Said
from apps.portal.telling import Telling
from core.answering import AnswerStatus
from knowledge_base.contract import AnswerReply, Part, RecommendPart

_ANSWERED: Final = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE)


class RecommendingAnswering:
    """Carries out what the reply of the answering inside asks for, and adds to answers what goes with them.

    Args:
        answering: Where replies come from.
        offers: Makes what is added.
        telling: Does what a picked choice does.
    """

    def __init__(self, answering: Answers, offers: Offers, telling: Telling) -> None:
        self._answering = answering
        self._offers = offers
        self._telling = telling

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply, in which nothing is left to be carried out."""
        if said.pick is not None and said.pick.deed is not None:
            done = await run_sync(self._telling.picked, said.conversation, said.pick, said.pick.deed)
            return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=done)
        reply = await self._answering.reply(said, deadline)
        wanted = next((part for part in reply.parts if isinstance(part, RecommendPart)), None)
        if wanted is not None:
            return reply.model_copy(update={"parts": await self._carried_out(said, wanted, deadline)})
        if reply.status in _ANSWERED and not is_complaint(said.text):
            return await self._offers.added(said, reply, deadline)
        return reply

    async def _carried_out(self, said: Said, wanted: RecommendPart, deadline: Deadline) -> list[Part]:
        if wanted.act == "recommend":
            return await self._offers.on_demand(said, wanted, deadline)
        act = self._telling.explain if wanted.act == "explain" else self._telling.dismiss
        return await run_sync(act, said.conversation, said.text, wanted)
