"""While a message is stored and read, the knowledge service looks for what it will be asked then."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from apps.portal.deadline import Deadline
from apps.portal.ports import Knowledge
from core.errors import WeizhengError
from core.text.abuse import is_abuse
from core.text.ordinals import ordinal_in_words
from knowledge_base.contract import AnswerRequest

# With more turns under way every core has work already.
FEW = 2
REMEMBERED = 1_000


async def _nothing(_: str) -> bool:
    return False


class LookingAhead:
    """Tells the knowledge service what it is about to be asked, so that an answer waits less for its search.

    Most messages are questions. What is found for one that is none was looked for in vain, by cores that had
    nothing else to do.

    Args:
        under_way: Turns under way now, this one among them.
        refused: Whether a text is one that will not be answered: that one is told nobody.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        under_way: Callable[[], int],
        refused: Callable[[str], Awaitable[bool]] = _nothing,
    ) -> None:
        self._knowledge = knowledge
        self._refused = refused
        self._under_way = under_way
        # What the database says comes later; a wrong guess is a search in vain. By a number that leads from
        # nobody's erased conversation to a district: it is made with a secret of this process.
        self._regions: OrderedDict[int, str | None] = OrderedDict()

    def note_region(self, conversation: str, region: str | None) -> None:
        """Where the conversation is, for its next message."""
        self._regions[hash(conversation)] = region
        self._regions.move_to_end(hash(conversation))
        if len(self._regions) > REMEMBERED:
            self._regions.popitem(last=False)

    @contextmanager
    def looking(
        self, conversation: str, text: str, region: str | None, deadline: Deadline, request_id: str
    ) -> Iterator[None]:
        """Tells it beside what is done inside, which waits for nothing of it. Abuse is told nobody.

        Args:
            region: The one told with the message; None is the one that the conversation was in.
        """
        if not text or self._under_way() > FEW or is_abuse(text):
            yield
            return
        guess = self._regions.get(hash(conversation)) if region is None else region
        telling = asyncio.create_task(self._tell(text, guess or None, deadline, request_id))
        try:
            yield
        finally:
            telling.cancel()

    async def _tell(self, text: str, region: str | None, deadline: Deadline, request_id: str) -> None:
        # Whatever is wrong shows when the question is asked.
        with suppress(WeizhengError):
            if await self._refused(text):
                return
            left_ms = max(1, int(deadline.remaining() * 1000))
            request = AnswerRequest(question=ordinal_in_words(text), region=region, deadline_ms=left_ms)
            await self._knowledge.look_ahead(request, request_id=request_id)
