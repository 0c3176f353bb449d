"""What a citizen wants of recommendations; the portal, which knows who it is, carries it out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final, Literal, Protocol

from actions.base import DialogueAction, Patience, named
from actions.subjects import spoken_of
from actions.turn import DialogueTurn
from core.answering import AnswerStatus
from core.errors import WeizhengError
from knowledge_base.contract import AnswerReply, Choice, RecommendPart, SearchHit, SearchReply, Target

log = logging.getLogger(__name__)

# What people come for in every city: offered where the portal has nothing to recommend.
MATTERS: Final = ("居民身份证", "居住证", "社会保障卡", "公积金", "医保", "失业")
NOT_PERSONAL: Final = "现在不能按您的个人情况推荐。下面是常见的办事事项，可以点选，也可以直接说您想办的事："
NOTHING_TO_NAME: Final = (
    "现在没有可以推荐的事项。您可以在首页查看常用的办事事项，或直接告诉我您的情况，"
    "例如“刚失业有什么补助”“八十岁老人能领什么补贴”。"
)
NOTHING_SHOWN: Final = "刚才没有推荐过事项。想看推荐，请说“有什么我能办的”。"
_MOST: Final = 5
_HITS: Final = 3
# Nothing that was withdrawn is named for longer.
_KEPT_S: Final = 10.0
_REGIONS: Final = 64


class Searches(Protocol):
    """What this action asks of the knowledge service."""

    async def search(self, text: str, k: int = 10, region: str | None = None) -> SearchReply:
        """The `k` best passages for a text, or one of the errors of `core.errors`."""


class RecommendAction(DialogueAction):
    """Asks the portal for recommendations, with common items in case that it has none.

    Args:
        knowledge: Finds them; of a region they are kept for ten seconds.
        patience: How long that may take.
        clock: Seconds that only grow.
    """

    def __init__(
        self, knowledge: Searches, patience: Patience, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._knowledge = knowledge
        self._patience = patience
        self._clock = clock
        self._kept: dict[str | None, tuple[float, dict[int, str]]] = {}

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_recommend"

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """One part, with at most five common items."""
        items = await self._items(turn)
        common = [Choice(title=title, target=Target(kind="item", id=key)) for key, title in items.items()]
        part = RecommendPart(
            text=NOT_PERSONAL if common else NOTHING_TO_NAME,
            act="recommend",
            targets=spoken_of(turn),
            common=common[:_MOST],
        )
        return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[part])

    async def _items(self, turn: DialogueTurn) -> dict[int, str]:
        until, items = self._kept.get(turn.region, (0.0, {}))
        if self._clock() < until:
            return items
        found = await self._found(turn)
        if found:
            if len(self._kept) >= _REGIONS:
                self._kept.clear()
            self._kept[turn.region] = self._clock() + _KEPT_S, found
        return found

    async def _found(self, turn: DialogueTurn) -> dict[int, str]:
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


class ShownAction(DialogueAction):
    """Asks the portal about what it has recommended: why, or to recommend no more of it.

    Args:
        name: Its name in the domain.
        act: What is wanted.
    """

    def __init__(self, name: str, act: Literal["explain", "dismiss"]) -> None:
        self._name = name
        self._act: Literal["explain", "dismiss"] = act

    def name(self) -> str:
        """The action's name in the domain."""
        return self._name

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """One part; what was shown is known to the portal alone."""
        part = RecommendPart(text=NOTHING_SHOWN, act=self._act, targets=spoken_of(turn))
        return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[part])


def _first_of(matter: str, hits: list[SearchHit]) -> SearchHit | None:
    """The best item that is named after the matter: a search always finds something."""
    return next((hit for hit in hits if hit.item_id is not None and matter in hit.title), None)
