"""Names common service items of this installation, until recommendations are made."""

from __future__ import annotations

import asyncio
import logging
from typing import Final, Protocol

from actions.base import DialogueAction, Patience, named
from actions.turn import DialogueTurn
from core.answering import AnswerStatus
from core.errors import WeizhengError
from knowledge_base.contract import AnswerReply, Choice, ChoicesPart, SearchHit, SearchReply, Target, TextPart

log = logging.getLogger(__name__)

# What people come for in every city. Nothing is counted yet, so that no number stands behind their order.
MATTERS: Final = ("居民身份证", "居住证", "社会保障卡", "公积金", "医保", "失业")
NOT_PERSONAL: Final = "目前还不能按您的个人情况推荐。下面是常见的办事事项，可以点选，也可以直接说您想办的事："
NOTHING_TO_NAME: Final = (
    "目前还不能按您的个人情况推荐。您可以在首页查看常用的办事事项，或直接告诉我您的情况，"
    "例如“刚失业有什么补助”“八十岁老人能领什么补贴”。"
)
_MOST: Final = 5
_HITS: Final = 3


class Searches(Protocol):
    """What this action asks of the knowledge service."""

    async def search(self, text: str, k: int = 10, region: str | None = None) -> SearchReply:
        """The `k` best passages for a text, or one of the errors of `core.errors`."""


class RecommendAction(DialogueAction):
    """Offers common items that this installation has, and says that they are not chosen for the citizen."""

    def __init__(self, knowledge: Searches, patience: Patience) -> None:
        self._knowledge = knowledge
        self._patience = patience

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_recommend"

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """At most five items to choose from, or where to find them."""
        items = await self._items(turn)
        if not items:
            return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[TextPart(text=NOTHING_TO_NAME)])
        choices = [Choice(title=title, target=Target(kind="item", id=key)) for key, title in items.items()]
        offer = ChoicesPart(text=NOT_PERSONAL, choices=choices[:_MOST])
        return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[offer])

    async def _items(self, turn: DialogueTurn) -> dict[int, str]:
        searches = (self._knowledge.search(matter, _HITS, turn.region) for matter in MATTERS)
        try:
            async with asyncio.timeout(self._patience.left_ms(turn) / 1000):
                found = await asyncio.gather(*searches)
        except (WeizhengError, TimeoutError) as error:
            log.warning("%s: %s", self.name(), named(error))
            return {}
        return {
            hit.item_id: hit.title
            for matter, reply in zip(MATTERS, found, strict=True)
            if (hit := _first_of(matter, reply.hits)) is not None and hit.item_id is not None
        }


def _first_of(matter: str, hits: list[SearchHit]) -> SearchHit | None:
    """The best item that is named after the matter: a search always finds something."""
    return next((hit for hit in hits if hit.item_id is not None and matter in hit.title), None)
