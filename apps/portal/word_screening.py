"""Sensitive words in what citizens say and in what they are answered; all channels share it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from anyio.to_thread import run_sync
from sqlalchemy import Engine

from apps.portal.answering import Answers
from apps.portal.deadline import Deadline
from apps.portal.ports import Said
from apps.portal.words import Words
from core.answering import AnswerStatus
from core.citizens.deeds import DeedKind
from core.clock import Clock
from core.polled import Polled
from core.text.urgent import in_case_of_danger
from core.words.hits import Hit, note_hits
from core.words.models import MASK, Found, InAction, OutAction, Scope, hinted, masked
from core.words.reads import WordList
from knowledge_base.bundle_parts import BundlePart
from knowledge_base.contract import (
    AnswerPart,
    AnswerReply,
    ChoicesPart,
    Part,
    ServiceRef,
    ServicesPart,
    SubscriptionPart,
    TextPart,
)

log = logging.getLogger(__name__)
TOLD: Final = f"以上内容中的个别词语已按规定以“{MASK}”代替，与来源原文不完全一致，请以原文为准。"
NOTHING_LEFT: Final = "现在没有可以推荐的事项。"
# Nobody waits longer than this for the log.
_PATIENCE_S = 1.0
_PREPARING_S = 2.0
_CITED = ("title", "quote", "context")
_Look = Callable[[str], str]


class WordLog:
    """Writes down what was found, as well as that goes: an answer does not wait for it.

    Args:
        engine: Database.
        clock: The time.
        channel: Through which citizens speak.
    """

    def __init__(self, engine: Engine, clock: Clock, channel: str = "web") -> None:
        self._engine = engine
        self._clock = clock
        self._channel = channel
        self._writing: asyncio.Task[None] | None = None

    async def note(self, said: Said, scope: Scope, text_of: Sequence[tuple[Found, str]]) -> None:
        """Each word once for a turn; of each the text that it was found in."""
        once = {found.word.id: self._hit(said, scope, found, text) for found, text in text_of}
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=_PATIENCE_S)
        if self._writing is not None:
            # One thread and one connection at most wait for a database that hangs.
            log.warning("words not logged", extra={"kind": "TimeoutError"})
            return
        self._writing = asyncio.create_task(self._write(list(once.values())))
        await asyncio.wait({self._writing}, timeout=_PATIENCE_S)

    async def _write(self, hits: list[Hit]) -> None:
        try:
            await run_sync(note_hits, self._engine, hits, abandon_on_cancel=True)
        except Exception as error:
            log.warning("words not logged", extra={"kind": type(error).__name__})
        finally:
            self._writing = None

    def _hit(self, said: Said, scope: Scope, found: Found, text: str) -> Hit:
        one = found.word
        return Hit(
            at=self._clock.now(),
            word=one.id,
            agency=one.agency,
            scope=scope,
            action=(one.in_action if scope is Scope.IN else one.out_action).value,
            channel=self._channel,
            answer_id=said.answer_id,
            shown=hinted(text[found.start : found.end]),
        )


class ScreenedAnswering:
    """Refuses what holds a refused word, and lets no answer out as it is that holds one.

    Danger has been referred before. What a citizen picked is a title of ours.

    Args:
        answering: Where replies come from.
        lists: The words in force.
        hits: Where hits are written down.
        words: The portal's own sentences.
    """

    def __init__(self, answering: Answers, lists: Polled[WordList], hits: WordLog, words: Words) -> None:
        self._answering = answering
        self._lists = lists
        self._hits = hits
        self._words = words

    async def prepare(self) -> None:
        """Reads the words, so that the first message does not wait for a long list; no longer than 2 s."""
        with suppress(Exception):
            async with asyncio.timeout(_PREPARING_S):
                await self._lists.value()

    async def refuses(self, text: str) -> bool:
        """Whether a message is one that will not be answered."""
        said = (await self._lists.value()).said(text)
        return any(one.word.in_action is InAction.REFUSE for one in said)

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply of the answering inside, as far as it may go out."""
        async with deadline.guard():
            words = await self._lists.value()
        found = words.said(said.text) if said.pick is None else []
        if found:
            await self._hits.note(said, Scope.IN, [(one, said.text) for one in found])
        refused = next((one.word for one in found if one.word.in_action is InAction.REFUSE), None)
        if refused is not None:
            # The dialogue engine, which may have heard of danger in it, is not asked.
            told = _instead(refused.reply or self._words.refused())
            return told.model_copy(update={"parts": [*told.parts, TextPart(text=in_case_of_danger())]})
        reply = await self._answering.reply(said, deadline)
        if reply.status is AnswerStatus.REFERRED_URGENT:
            return reply
        async with deadline.guard():
            words = await self._lists.value()
        screened, hits = screen(reply, words, self._words.withheld())
        if hits:
            await self._hits.note(said, Scope.OUT, hits)
        return screened


def screen(reply: AnswerReply, words: WordList, withheld: str) -> tuple[AnswerReply, list[tuple[Found, str]]]:
    """A reply as it may go out, and what was found with the text that it was found in. Pure.

    Args:
        withheld: The sentence instead of an answer that is kept back.
    """
    hits: list[tuple[Found, str]] = []

    def looking(agencies: frozenset[str]) -> _Look:
        def look(text: str) -> str:
            found = words.answered(text, agencies)
            hits.extend((one, text) for one in found)
            return masked(text, [(one.start, one.end) for one in found])

        return look

    caution = in_case_of_danger()
    parts = [
        part if part.text == caution else _looked_at(part, looking(_quoted(part)))
        for part in _without_withheld(reply.parts, words)
    ]
    if not hits:
        return (reply if parts == reply.parts else reply.model_copy(update={"parts": parts})), []
    if any(found.word.out_action is OutAction.WITHHOLD for found, _ in hits):
        # What it would have been stays in the log, so that staff find the content.
        kept = _instead(withheld).model_copy(
            update={"passage_ids": reply.passage_ids, "versions": reply.versions}
        )
        return kept, hits
    return reply.model_copy(update={"parts": _telling(parts)}), hits


def _without_withheld(parts: list[Part], words: WordList) -> list[Part]:
    """For what was only offered no answer is kept back: the offer goes."""

    def goes(one: ServiceRef) -> bool:
        text = "\n".join([one.name, one.reason, one.eligibility.text])
        found = words.answered(text, [one.agency] if one.agency else [])
        return all(each.word.out_action is not OutAction.WITHHOLD for each in found)

    kept: list[Part] = [
        part.model_copy(update={"items": list(filter(goes, part.items))})
        if isinstance(part, ServicesPart)
        else part
        for part in parts
    ]
    left = [part for part in kept if not isinstance(part, ServicesPart) or part.items]
    offered = {one.item_id for part in left if isinstance(part, ServicesPart) for one in part.items}
    left = [part for part in left if not _asks_about(part) - offered]
    left = [part for part in left if not isinstance(part, BundlePart) or _is_clean(part, words)]
    return left or [TextPart(text=NOTHING_LEFT)]


def _asks_about(part: Part) -> set[int]:
    """Ids of the items for whose conditions a part asks for a fact."""
    if not isinstance(part, ChoicesPart):
        return set()
    return {one.target.id for one in part.choices if one.deed and one.deed.kind is DeedKind.TELL}


def _telling(parts: list[Part]) -> list[Part]:
    """A masked answer says that it is one; a question back stays last, with its buttons."""
    told = TextPart(text=TOLD)
    if parts and isinstance(parts[-1], ChoicesPart):
        return [*parts[:-1], told, parts[-1]]
    return [*parts, told]


def _quoted(part: Part) -> frozenset[str]:
    """Names of the agencies whose content a part quotes."""
    if isinstance(part, ServicesPart):
        return frozenset(one.agency for one in part.items if one.agency)
    if not isinstance(part, AnswerPart):
        return frozenset()
    named = [one.agency for one in part.citations] + ([part.item.agency] if part.item else [])
    return frozenset(name for name in named if name)


def _looked_at(part: Part, look: _Look) -> Part:
    """A part with every text that is shown looked at; addresses and numbers of documents stay."""
    new: dict[str, Any] = {"text": look(part.text)}
    if isinstance(part, ChoicesPart):
        new["choices"] = [one.model_copy(update={"title": look(one.title)}) for one in part.choices]
    elif isinstance(part, SubscriptionPart):
        new["targets"] = [one.model_copy(update={"title": look(one.title)}) for one in part.targets]
    elif isinstance(part, ServicesPart):
        new["items"] = [_offer_looked_at(one, look) for one in part.items]
    elif isinstance(part, AnswerPart):
        new["citations"] = [
            one.model_copy(update={name: look(getattr(one, name)) for name in _CITED})
            for one in part.citations
        ]
        new["related"] = [one.model_copy(update={"name": look(one.name)}) for one in part.related]
        if part.item is not None:
            new["item"] = part.item.model_copy(update={"name": look(part.item.name)})
    return part.model_copy(update=new)


def _offer_looked_at(one: ServiceRef, look: _Look) -> ServiceRef:
    told = one.eligibility.model_copy(update={"text": look(one.eligibility.text)})
    return one.model_copy(update={"name": look(one.name), "reason": look(one.reason), "eligibility": told})


def _is_clean(part: BundlePart, words: WordList) -> bool:
    """Whether no word stands in it: a list with holes helps nobody, so that it is left out as a whole."""
    agencies = frozenset(step.agency for step in part.steps if step.agency)
    texts = [part.text, part.name, part.summary or ""]
    for step in part.steps:
        texts += [step.name, step.reason, step.note, step.eligibility.text]
    for material in part.materials:
        texts += [material.name, *material.remarks]
    return not any(words.answered(text, agencies) for text in texts)


def _instead(text: str) -> AnswerReply:
    return AnswerReply(status=AnswerStatus.BLOCKED_SENSITIVE, parts=[TextPart(text=text)])
