"""What the conversation offers a citizen: on demand, and after an answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable
from typing import Final

import anyio

from apps.portal import recommendation_words as words
from apps.portal.aside import Aside
from apps.portal.deadline import Deadline
from apps.portal.errors import log_defect
from apps.portal.fact_questions import open_facts, openings, question
from apps.portal.past import LOOKED_AT, Past
from apps.portal.ports import Profiles, Recommending, Said
from apps.portal.service_refs import service_refs
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import Conversations
from core.citizens.notice import Notice
from core.clock import Clock
from core.errors import WeizhengError
from knowledge_base.contract import (
    AnswerPart,
    AnswerReply,
    ChoicesPart,
    Part,
    RecommendPart,
    ServicesPart,
    TextPart,
)

log = logging.getLogger(__name__)
ON_DEMAND: Final = 5
AFTER_AN_ANSWER: Final = 3
# Asked for after an answer, as some of them may have been offered before.
_SOME_MORE: Final = 10
# An answer does not wait longer for what nobody asked for.
_PATIENCE_S: Final = 0.5
_PATIENCE_ON_DEMAND_S: Final = 2.0
_THREADS: Final = 4
_NOT_BY_MINE: Final = re.compile(
    r"(不|别|勿|甭)(要|用|想|再)?(按|根据|用|看|参考).{0,6}(情况|个人|数据|记录)"
)


class Offers:
    """Makes parts of recommendations. Nothing that fails here goes further: the reply is as it was.

    Args:
        recommending: What may be recommended.
        profiles: What citizens told.
        consents: Whether it may be by what is known of the citizen.
        conversations: What was shown before.
        notice: The words of the consents.
        clock: The time.
    """

    def __init__(
        self,
        recommending: Recommending,
        profiles: Profiles,
        consents: Consents,
        conversations: Conversations,
        notice: Notice,
        clock: Clock,
    ) -> None:
        self._recommending = recommending
        self._profiles = profiles
        self._consents = consents
        self._conversations = conversations
        self._notice = notice
        self._clock = clock
        self._aside = Aside(_THREADS)

    async def on_demand(self, said: Said, wanted: RecommendPart, deadline: Deadline) -> list[Part]:
        """At most five; the common items where there are none."""
        parts = await _within(deadline.spare(_PATIENCE_ON_DEMAND_S), self._asked_for(said, wanted))
        return parts or [_common(wanted)]

    async def added(self, said: Said, reply: AnswerReply, deadline: Deadline) -> AnswerReply:
        """An answer with at most three that may be needed too, where the citizen has agreed to that.

        What goes with an item for everybody stands in its answer as `related`, which gives way to these.
        """
        parts = await _within(deadline.spare(_PATIENCE_S), self._also_needed(said, reply))
        if not parts:
            return reply
        answer = [
            part.model_copy(update={"related": []}) if isinstance(part, AnswerPart) else part
            for part in reply.parts
        ]
        return reply.model_copy(update={"parts": [*answer, *parts]})

    async def _asked_for(self, said: Said, wanted: RecommendPart) -> list[Part]:
        by_theirs = not _NOT_BY_MINE.search(said.text)
        context = tuple(one.id for one in wanted.targets if one.kind == "item")
        found = await self._recommending.recommend(
            said.conversation, said.region, ON_DEMAND, context, by_theirs
        )
        items = service_refs(found)[:ON_DEMAND]
        if not items:
            return []
        agreed = await self._aside.run(self._agreed, said.conversation)
        for_all = words.FOR_ALL_SO_FAR if Purpose.PERSONALIZE in agreed else words.FOR_ALL
        text = words.FOR_YOU if found.personalized else for_all if by_theirs else words.NOT_BY_YOURS
        part = ServicesPart(text=text, items=items, personalized=found.personalized)
        return await self._aside.run(self._with_question, said, part)

    async def _also_needed(self, said: Said, reply: AnswerReply) -> list[Part]:
        if Purpose.PERSONALIZE not in await self._aside.run(self._agreed, said.conversation):
            return []
        past = await self._aside.run(self._past, said)
        if await self._aside.run(past.is_troubled, self._clock.now()):
            return []
        answered = _answered(reply)
        found = await self._recommending.recommend(said.conversation, said.region, _SOME_MORE, answered, True)
        seen = past.offered.union(answered)
        items = [one for one in service_refs(found) if one.item_id not in seen][:AFTER_AN_ANSWER]
        if not items or not found.personalized:
            return []
        part = ServicesPart(text=words.ALSO_NEEDED, items=items, personalized=True)
        return await self._aside.run(self._with_question, said, part)

    def _past(self, said: Said) -> Past:
        return Past(self._conversations.history(said.conversation, LOOKED_AT))

    def _agreed(self, citizen: str) -> frozenset[Purpose]:
        standing = self._consents.of(citizen)
        return frozenset(purpose for purpose, one in standing.items() if one.given)

    def _with_question(self, said: Said, part: ServicesPart) -> list[Part]:
        """The list, with one question about it where it is by what is known of the citizen."""
        told = self._profiles.facts(said.conversation) if part.personalized else {}
        could = open_facts(part.items, told) if part.personalized else []
        if not could:
            return [part]
        asked = question(
            could,
            self._conversations.told(said.conversation, openings(could)),
            self._notice.purposes[Purpose.PROFILE_FACTS],
            self._notice.version,
            agreed=Purpose.PROFILE_FACTS in self._agreed(said.conversation),
        )
        return [part, asked] if asked else [part]


async def _within(patience_s: float, making: Awaitable[list[Part]]) -> list[Part]:
    """What is made, or nothing where that fails or takes too long."""
    with anyio.move_on_after(patience_s) as scope:
        try:
            return await making
        except WeizhengError as error:
            log.warning("nothing recommended", extra={"code": error.code})
        except Exception as error:
            log_defect(error)
    if scope.cancelled_caught:
        log.warning("nothing recommended in time")
    return []


def _common(wanted: RecommendPart) -> Part:
    if not wanted.common:
        return TextPart(text=wanted.text)
    return ChoicesPart(text=wanted.text, choices=wanted.common)


def _answered(reply: AnswerReply) -> tuple[int, ...]:
    """Ids of the items that the reply answers about."""
    parts = (part.item.item_id for part in reply.parts if isinstance(part, AnswerPart) and part.item)
    target = [reply.target.id] if reply.target and reply.target.kind == "item" else []
    return tuple(dict.fromkeys([*target, *parts]))
