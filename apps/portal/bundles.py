"""Life events as bundles for citizens: what may be shown to one, and the offer that goes with an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import anyio
from anyio.to_thread import run_sync

from apps.portal.answering import Answers
from apps.portal.aside import Aside
from apps.portal.bundle_views import content_of
from apps.portal.deadline import Deadline
from apps.portal.past import LOOKED_AT, Past, is_complaint
from apps.portal.ports import Said
from apps.portal.screening import urgent_reply
from core.answering import AnswerStatus
from core.catalogue.bundle_register import Bundles
from core.catalogue.bundles import Bundle
from core.catalogue.reads import CatalogueReads
from core.catalogue.records import StoredRecord
from core.catalogue.regions import holds_for
from core.citizens.conversations import Conversations
from core.citizens.offers import OfferedBundles
from core.clock import Clock
from core.errors import NotFound
from core.polled import Polled
from knowledge_base.bundle_parts import BundleContent, BundlePart
from knowledge_base.contract import AnswerReply, ChoicesPart
from recommender.bundles.showing import in_profile, shown_by
from recommender.models import CitizenState

log = logging.getLogger(__name__)
# Nobody waits longer than this for what was not asked for.
_PATIENCE_S: Final = 0.5
_THREADS: Final = 4
_BY_WORDS_ALONE: Final = (AnswerStatus.CLARIFY, AnswerStatus.NO_ANSWER)
_OFFERED_WITH: Final = (AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE, *_BY_WORDS_ALONE)
_SPARED: Final = ("not_needed", "not_eligible")
# What is known of a citizen, by conversation and district.
State = Callable[[str, str | None], CitizenState]
# What a citizen told of themselves, by conversation.
Told = Callable[[str], CitizenState]


@dataclass(frozen=True, slots=True)
class ListedBundle:
    """A bundle, how many of its items may be shown, and whether what the citizen told shows the event."""

    bundle: Bundle
    count: int
    yours: bool


class LifeEvents:
    """Bundles as citizens see them: of items that are published, in force and of their district.

    Args:
        bundles: What there is.
        reads: The truth about items.
        offered: What was offered in a conversation.
        conversations: What was said in them.
        clock: The citizens' day.
        state: What is known of a citizen; blocks.
        told: What a citizen told of themselves; blocks.
    """

    def __init__(
        self,
        bundles: Polled[Bundles],
        reads: CatalogueReads,
        offered: OfferedBundles,
        conversations: Conversations,
        clock: Clock,
        state: State,
        told: Told,
    ) -> None:
        self._bundles = bundles
        self._reads = reads
        self._offered = offered
        self._conversations = conversations
        self._clock = clock
        self._state = state
        self._told = told
        self._aside = Aside(_THREADS)

    async def listed(self, citizen: str | None, region: str | None) -> list[ListedBundle]:
        """The bundles that have something to do in a district, those that the citizen told of first."""
        return await run_sync(self._listed, (await self._bundles.value()).all, citizen, region)

    async def content(self, bundle_id: str, citizen: str | None, region: str | None) -> BundleContent:
        """One of them.

        Raises:
            NotFound: There is none of this id, or nothing of it may be shown.
        """
        known = (await self._bundles.value()).all
        found = next((one for one in known if one.external_id == bundle_id), None)
        made = await run_sync(self._content, found, citizen, region) if found is not None else None
        if made is None:
            raise NotFound()
        return made[0]

    async def offer(self, said: Said, reply: AnswerReply) -> tuple[BundlePart, dict[str, int]] | None:
        """What is offered with a reply, with versions of items; None where it shows no event, or was."""
        known = await self._bundles.value()
        by_item = reply.status not in _BY_WORDS_ALONE and reply.target is not None
        number = reply.target.id if by_item and reply.target and reply.target.kind == "item" else 0
        told = [said.text] if said.pick is None else []
        answered = known.items.get(number)
        found = shown_by(known.all, told, [answered] if answered else [])
        if reply.status not in _OFFERED_WITH or not found:
            return None
        return await self._aside.run(self._offer, found, said, reply.region or said.region)

    def _listed(
        self, bundles: Sequence[Bundle], citizen: str | None, region: str | None
    ) -> list[ListedBundle]:
        held = [one for one in bundles if _holds(one.region, region)]
        names = {step.item for one in held for step in one.steps}
        regions = self._reads.shown_regions(names, region, self._clock.today())
        shown = {name for name, of in regions.items() if _holds(of, region)}
        counts = {one.external_id: sum(step.item in shown for step in one.steps) for one in held}
        told = self._told(citizen) if citizen is not None else CitizenState()
        listed = [
            ListedBundle(one, counts[one.external_id], in_profile(one, told.life_events, told.facts))
            for one in held
            if counts[one.external_id] > 1
        ]
        return sorted(listed, key=lambda one: not one.yours)

    def _offer(
        self, found: Sequence[Bundle], said: Said, region: str | None
    ) -> tuple[BundlePart, dict[str, int]] | None:
        before = self._offered.of(said.conversation)
        new = [one for one in found if one.external_id not in before]
        if not new or self._is_troubled(said):
            return None
        for one in new:
            made = self._content(one, said.conversation, region)
            concerned = sum(step.state not in _SPARED for step in made[0].steps) if made else 0
            if made and concerned > 1:
                content, versions = made
                text = f"这是“{content.name}”一件事：共{concerned}项，可以一起准备。"
                return BundlePart(**dict(content), text=text), versions
        return None

    def _is_troubled(self, said: Said) -> bool:
        """Whether the citizen complains or is in need, now or a moment ago."""
        if is_complaint(said.text) or urgent_reply(said.text) is not None:
            return True
        past = Past(self._conversations.history(said.conversation, LOOKED_AT))
        return past.is_troubled(self._clock.now())

    def _content(
        self, bundle: Bundle, citizen: str | None, region: str | None
    ) -> tuple[BundleContent, dict[str, int]] | None:
        """A bundle as it may be shown, and the versions of its items; None where it has not two steps.

        Also where the citizen need not do any: whoever was told of it may read why.
        """
        shown = self._shown(bundle, region) if _holds(bundle.region, region) else {}
        if len(shown) < 2:
            return None
        state = self._state(citizen, region) if citizen is not None else CitizenState()
        names = {one.code: one.name for one in self._reads.regions()}
        content = content_of(bundle, shown, state, names.get)
        return content, {f"item:{one.key.id}": one.version for one in shown.values()}

    def _shown(self, bundle: Bundle, region: str | None) -> dict[str, StoredRecord]:
        """The items of a bundle that may be shown, by external id."""
        found = self._reads.shown_items({step.item for step in bundle.steps}, region, self._clock.today())
        return {name: one for name, one in found.items() if _holds(one.record.region, region)}


class OfferingAnswering:
    """Adds the bundle of a life event to the reply of the answering inside; whatever fails, that stays."""

    def __init__(self, answering: Answers, events: LifeEvents) -> None:
        self._answering = answering
        self._events = events

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply, with at most one offer: last, or before a question back."""
        reply = await self._answering.reply(said, deadline)
        with anyio.move_on_after(deadline.spare(_PATIENCE_S)):
            try:
                made = await self._events.offer(said, reply)
            except Exception as error:
                log.warning("no bundle offered", extra={"kind": type(error).__name__})
                return reply
            return _with(reply, *made) if made is not None else reply
        return reply


def _with(reply: AnswerReply, part: BundlePart, versions: dict[str, int]) -> AnswerReply:
    asks_back = bool(reply.parts) and isinstance(reply.parts[-1], ChoicesPart)
    parts = [*reply.parts[:-1], part, reply.parts[-1]] if asks_back else [*reply.parts, part]
    return reply.model_copy(update={"parts": parts, "versions": {**versions, **reply.versions}})


def _holds(of: str, region: str | None) -> bool:
    """Without a district chosen nobody is shown what holds in another."""
    return holds_for(of, region) if region is not None else of.endswith("00")
