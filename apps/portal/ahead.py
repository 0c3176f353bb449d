"""While the dialogue engine reads a message, the knowledge service looks for what it may be asked then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from apps.portal.deadline import Deadline
from apps.portal.ports import Dialogue, Knowledge, Said
from core.errors import WeizhengError
from core.text.ordinals import ordinal_in_words
from knowledge_base.contract import AnswerReply, AnswerRequest

# With more turns under way every core has work already.
FEW = 2


class LookingAhead:
    """A dialogue engine that waits less for the knowledge service.

    Most messages are questions. What is found for one that is none was looked for in vain, by cores that had
    nothing else to do.

    Args:
        under_way: Turns under way now, this one among them.
    """

    def __init__(self, dialogue: Dialogue, knowledge: Knowledge, under_way: Callable[[], int]) -> None:
        self._dialogue = dialogue
        self._knowledge = knowledge
        self._under_way = under_way

    async def turn(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply of the engine inside."""
        if said.pick is not None or self._under_way() > FEW:
            return await self._dialogue.turn(said, deadline)
        telling = asyncio.create_task(self._tell(said, deadline))
        try:
            return await self._dialogue.turn(said, deadline)
        finally:
            telling.cancel()

    async def close(self) -> None:
        """Ends its connections."""
        await self._dialogue.close()

    async def _tell(self, said: Said, deadline: Deadline) -> None:
        request = AnswerRequest(
            question=ordinal_in_words(said.text),
            region=said.region,
            deadline_ms=max(1, int(deadline.remaining() * 1000)),
        )
        # Whatever is wrong shows when the question is asked.
        with suppress(WeizhengError):
            await self._knowledge.look_ahead(request, request_id=said.request_id)
