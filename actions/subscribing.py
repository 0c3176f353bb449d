"""What a citizen wants to hear of, or no more: found here; the portal, which knows who it is, does it."""

from __future__ import annotations

import asyncio
from typing import Final

from actions.base import DialogueAction, Patience
from actions.recommending import Searches
from actions.subjects import MOST, spoken_of
from actions.turn import DialogueTurn
from actions.wishes import Wish, read_wish
from core.answering import AnswerStatus
from core.errors import DeadlineExceeded
from core.text.masking import without_placeholders
from knowledge_base.contract import AnswerReply, SearchHit, SubscribePart, Target

HOW: Final = (
    "事项、部门和主题都可以订阅。先问您关心的事，例如“居住证要什么材料”，再说“订阅”，或点答案下方的“订阅”。"
)
NOT_FOUND: Final = (
    "没有找到您说的事项、部门或主题，所以没有订阅。请先问您关心的事，例如“居住证要什么材料”，再说“订阅”。"
)
BEYOND: Final = "我不能按您个人的日期或办件进度提醒，也不发短信和微信。能订阅的是事项、部门和主题的变化。"
HOW_TO_END: Final = "不想收到其他消息，请点本页面上方的“消息”，可以停止一类或全部。"
_HITS: Final = 8


class SubscriptionAction(DialogueAction):
    """Says what is to be subscribed to, or ended.

    Args:
        act: Name of the act that it answers: `subscribe` or `unsubscribe`.
        knowledge: Finds a matter that is named.
        patience: How long that may take.
    """

    def __init__(self, act: str, knowledge: Searches, patience: Patience) -> None:
        self._act = act
        self._knowledge = knowledge
        self._patience = patience

    def name(self) -> str:
        """The action's name in the domain."""
        return f"action_{self._act}"

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """One part, which the portal carries out.

        Raises:
            DeadlineExceeded: A matter that is named was not found in time.
        """
        ends = self._act == "unsubscribe"
        wish = read_wish(without_placeholders(turn.question), ends=ends)
        # What is ended is found among what there is, whatever the catalogue has now.
        searched = wish.named and wish.act in ("subscribe", "explain")
        targets = await self._found(turn, wish.named) if searched else spoken_of(turn)
        part = SubscribePart(
            text=_words(wish, ends=ends),
            act=wish.act,
            scope=wish.scope,
            targets=targets,
            certain=_is_certain(turn, wish, targets),
            named=wish.named,
        )
        return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[part])

    async def _found(self, turn: DialogueTurn, named: str) -> list[Target]:
        """The service items of that name or of an agency of that name; the one talked of first."""
        try:
            async with asyncio.timeout(self._patience.left_ms(turn) / 1000):
                found = await self._knowledge.search(named, _HITS, turn.region)
        except TimeoutError:
            raise DeadlineExceeded("knowledge service: nothing found in time") from None
        numbers = dict.fromkeys(
            hit.item_id for hit in found.hits if hit.item_id is not None and _is_named(named, hit)
        )
        targets = [Target(kind="item", id=number) for number in numbers]
        return sorted(targets, key=lambda one: one != turn.current)[:MOST]


def _is_certain(turn: DialogueTurn, wish: Wish, targets: list[Target]) -> bool:
    """New policies may be those of the item, of its agency or of its theme."""
    return not wish.is_open and bool(targets) and targets[0] == turn.current


def _is_named(named: str, hit: SearchHit) -> bool:
    """A search always finds something: half of the name's pairs of characters must stand in what is found."""
    where = f"{hit.title}{hit.agency or ''}"
    pairs = [named[at : at + 2] for at in range(len(named) - 1)]
    return sum(pair in where for pair in pairs) * 2 >= len(pairs)


def _words(wish: Wish, *, ends: bool) -> str:
    if ends:
        return HOW_TO_END
    if wish.beyond:
        return BEYOND
    return NOT_FOUND if wish.named and wish.act == "subscribe" else HOW
