"""Subscribing in the conversation: the dialogue engine says what is wanted, the portal knows who wants it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from anyio.to_thread import run_sync

from apps.portal import subscription_words as words
from apps.portal.answering import Answers
from apps.portal.deadline import Deadline
from apps.portal.ports import Pick, Said
from apps.portal.subjects import Named, Subjects
from channels.ports import NoticeKind
from channels.web.stops import Stops
from core.answering import AnswerStatus
from core.citizens.consents import Consents, Purpose
from core.citizens.subscriptions import (
    ConsentNeeded,
    Subject,
    Subscription,
    Subscriptions,
    TooManySubscriptions,
)
from core.citizens.wishes import SubscriptionKind, Wish
from knowledge_base.contract import (
    AnswerReply,
    Choice,
    ChoicesPart,
    Part,
    SubscribePart,
    SubscriptionPart,
    SubscriptionRef,
    Target,
    TextPart,
)

# Buttons of one question back; what is not among them is ended in the list of all.
_MOST: Final = 6


class SubscribingAnswering:
    """Carries out what the reply of the answering inside asks for, and what was picked of its own choices.

    Doing it twice changes nothing, so that a message may be sent again.
    """

    def __init__(self, answering: Answers, wishes: Wishes) -> None:
        self._answering = answering
        self._wishes = wishes

    async def reply(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply, in which nothing is left to be carried out."""
        if said.pick is not None and said.pick.wish is not None:
            done = await run_sync(self._wishes.picked, said.conversation, said.pick, said.pick.wish)
            return AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[done])
        reply = await self._answering.reply(said, deadline)
        if not any(isinstance(part, SubscribePart) for part in reply.parts):
            return reply
        parts = await run_sync(self._carried_out, said.conversation, reply.parts)
        return reply.model_copy(update={"parts": parts})

    def _carried_out(self, citizen: str, parts: Sequence[Part]) -> list[Part]:
        return [
            self._wishes.carry_out(citizen, part) if isinstance(part, SubscribePart) else part
            for part in parts
        ]


class Wishes:
    """Subscribes and unsubscribes, or asks back; the methods block.

    Args:
        subscriptions: What citizens subscribe to.
        consents: Whether they have agreed to hear of it.
        stops: What they have stopped.
        subjects: What there is to subscribe to.
    """

    def __init__(
        self, subscriptions: Subscriptions, consents: Consents, stops: Stops, subjects: Subjects
    ) -> None:
        self._subscriptions = subscriptions
        self._consents = consents
        self._stops = stops
        self._subjects = subjects

    def carry_out(self, citizen: str, wanted: SubscribePart) -> Part:
        """What is said to a wish in words."""
        match wanted.act:
            case "subscribe":
                return self._subscribe(citizen, wanted)
            case "explain":
                return self._explain(citizen, wanted)
            case "list":
                return self._list(citizen, wanted)
            case "unsubscribe":
                return self._unsubscribe(citizen, wanted)
            case "unsubscribe_all":
                return self._end_all(citizen)

    def picked(self, citizen: str, pick: Pick, wish: Wish) -> Part:
        """What is said to a picked choice."""
        if wish.kind is None:
            return self._end_all(citizen)
        if wish.ends:
            standing = self._subscriptions.of(citizen)
            chosen = next((one for one in standing if _is_picked(one, pick, wish.kind)), None)
            return self._end(citizen, chosen) if chosen else TextPart(text=words.NOT_FOUND)
        found = self._subjects.around([pick.target])
        named = next((one for one in found if one.subject.kind is wish.kind), None)
        return self._begin(citizen, named) if named else TextPart(text=words.GONE)

    def _subscribe(self, citizen: str, wanted: SubscribePart) -> Part:
        found = _of_scope(self._subjects.around(wanted.targets), wanted.scope)
        if not found:
            return TextPart(text=wanted.text)
        called_so = [one for one in found if wanted.named and wanted.named in one.title]
        # The first that is still published need not be the one that was meant.
        is_meant = wanted.certain and found[0].source == wanted.targets[0]
        if is_meant or len(found) == 1:
            return self._begin(citizen, found[0])
        if len(called_so) == 1:
            return self._begin(citizen, called_so[0])
        choices = [
            Choice(
                title=words.labelled(one.subject.kind, one.title),
                target=one.source,
                wish=Wish.to_subscribe(one.subject.kind),
            )
            for one in found
        ]
        return ChoicesPart(text=words.WHICH_TO_SUBSCRIBE, choices=choices[:_MOST])

    def _begin(self, citizen: str, one: Named) -> Part:
        before = [held.subject for held in self._subscriptions.of(citizen)]
        try:
            self._subscriptions.subscribe(citizen, one.subject, one.title)
        except ConsentNeeded:
            told = words.consent_needed(one.subject, one.title)
            return SubscriptionPart(text=told, targets=[_ref(one, False)], needs_consent=True)
        except TooManySubscriptions as error:
            return TextPart(text=error.public_message)
        # Who subscribes wants to hear of it, whatever was stopped before.
        self._stops.lift(citizen, NoticeKind.SUBSCRIPTION)
        told = words.subscribed(one.subject, one.title, already=one.subject in before)
        return SubscriptionPart(text=told, targets=[_ref(one, True)])

    def _explain(self, citizen: str, wanted: SubscribePart) -> Part:
        found = _of_scope(self._subjects.around(wanted.targets), wanted.scope)[:_MOST]
        text = f"{wanted.text}{words.NOT_YET}"
        if not found:
            return TextPart(text=text)
        held = {one.subject for one in self._subscriptions.of(citizen)}
        agreed = self._consents.of(citizen)[Purpose.PUSH_WEB].given
        targets = [_ref(one, one.subject in held) for one in found]
        return SubscriptionPart(text=text, targets=targets, needs_consent=not agreed)

    def _list(self, citizen: str, wanted: SubscribePart) -> Part:
        standing = self._subscriptions.of(citizen)
        if not standing:
            return TextPart(text=f"{words.NOTHING}{wanted.text}")
        return SubscriptionPart(text=words.standing(standing), targets=_refs(standing, True))

    def _unsubscribe(self, citizen: str, wanted: SubscribePart) -> Part:
        standing = self._subscriptions.of(citizen)
        if not standing:
            return TextPart(text=words.NOTHING_TO_END)
        meant = self._meant(standing, wanted)
        if len(meant) == 1:
            return self._end(citizen, meant[0])
        offered = meant or standing
        choices = [
            Choice(
                title=words.labelled(one.subject.kind, one.title),
                target=Target(kind="item", id=_number(one.subject)),
                wish=Wish.to_end(one.subject.kind),
            )
            for one in offered[-_MOST:]
        ]
        everything = Choice(title=words.END_ALL, target=Target(kind="item", id=0), wish=Wish.UNSUBSCRIBE_ALL)
        return ChoicesPart(text=words.WHICH_TO_END, choices=[*choices, everything])

    def _meant(self, standing: list[Subscription], wanted: SubscribePart) -> list[Subscription]:
        """Which of them may be meant; none: it is not known which."""
        if wanted.named:
            meant = [one for one in standing if wanted.named in one.title or one.title in wanted.named]
        else:
            spoken_of = {one.subject for one in self._subjects.around(wanted.targets)}
            # What is no longer published can still be ended.
            spoken_of |= {Subject(SubscriptionKind.ITEM, str(one.id)) for one in wanted.targets}
            meant = [one for one in standing if one.subject in spoken_of]
        meant = [one for one in meant if wanted.scope in (None, one.subject.kind)]
        bare = not wanted.named and wanted.scope is None
        return standing if not meant and bare and len(standing) == 1 else meant

    def _end(self, citizen: str, one: Subscription) -> Part:
        left = self._subscriptions.unsubscribe(citizen, one.subject)
        return SubscriptionPart(text=words.ended(one, len(left)), targets=_refs([one], False))

    def _end_all(self, citizen: str) -> Part:
        ended = self._subscriptions.unsubscribe_all(citizen)
        if not ended:
            return TextPart(text=words.NOTHING_TO_END)
        return SubscriptionPart(text=words.all_ended(ended), targets=[])


def _of_scope(found: list[Named], scope: SubscriptionKind | None) -> list[Named]:
    return [one for one in found if scope in (None, one.subject.kind)]


def _is_picked(one: Subscription, pick: Pick, kind: SubscriptionKind) -> bool:
    """An item is known by its number, an agency or a theme, which have none, by what the button said."""
    if one.subject.kind is not kind:
        return False
    if kind is SubscriptionKind.ITEM:
        return one.subject.target == str(pick.target.id)
    return words.labelled(kind, one.title) == pick.title


def _number(subject: Subject) -> int:
    return int(subject.target) if subject.kind is SubscriptionKind.ITEM else 0


def _ref(one: Named | Subscription, subscribed: bool) -> SubscriptionRef:
    return SubscriptionRef(
        kind=one.subject.kind, target=one.subject.target, title=one.title, subscribed=subscribed
    )


def _refs(standing: Iterable[Subscription], subscribed: bool) -> list[SubscriptionRef]:
    return [_ref(one, subscribed) for one in standing]
