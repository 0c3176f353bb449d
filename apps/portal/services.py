"""Everything the portal's routes work with, made in one place and passed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request

from apps.portal.citizens import PersonalRecords
from apps.portal.cookies import Cookies
from apps.portal.errors import SwitchedOff
from apps.portal.limits import Admit, Budget, Limits
from apps.portal.metrics import PortalMetrics
from apps.portal.popular import Popular
from apps.portal.ports import Catalogue, Knowledge
from apps.portal.readiness import Readiness
from apps.portal.recommending import Recommending
from apps.portal.streams import Streams
from apps.portal.subjects import Subjects
from apps.portal.switch import Switch
from apps.portal.wire import About, ChatRequest
from apps.portal.words import Words
from casework.ratings.rating import RatingStore
from channels.web.reads import InboxReads
from channels.web.stops import Stops
from core.citizens.consents import Consents
from core.citizens.conversations import Conversations
from core.citizens.feedback import FeedbackStore
from core.citizens.notice import Notice
from core.citizens.replies import StoredReply
from core.citizens.subscriptions import Subscriptions
from core.clock import Clock


class TakesMessages(Protocol):
    """The chat, as `apps.portal.chat.Chat` is."""

    async def take(self, conversation: str, request: ChatRequest, admit: Admit) -> StoredReply:
        """The reply to one message."""
        ...


@dataclass(frozen=True)
class Inbox:
    """What citizens are told without asking."""

    reads: InboxReads
    stops: Stops
    streams: Streams


@dataclass(frozen=True)
class Services:
    """The portal's parts.

    Attributes:
        prepare: Reads what the first message would wait for.
        tidy: Completes what is to be erased; blocks.
        close: Ends all connections.
    """

    chat: TakesMessages
    conversations: Conversations
    cookies: Cookies
    limits: Limits
    knowledge: Knowledge
    catalogue: Catalogue
    popular: Popular
    recommending: Recommending
    clock: Clock
    about: About
    words: Words
    notice: Notice
    consents: Consents
    feedback: FeedbackStore
    ratings: RatingStore
    inbox: Inbox
    subscriptions: Subscriptions
    subjects: Subjects
    records: PersonalRecords
    readiness: Readiness
    switch: Switch
    metrics: PortalMetrics
    prepare: Callable[[], Awaitable[None]]
    tidy: Callable[[], object]
    close: Callable[[], Awaitable[None]]


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(_services)]


def limited(budget: Budget) -> Any:
    """A route's dependency: each request counts against this budget of its citizen and of its address."""

    async def admit(request: Request, services: ServicesOf) -> None:
        await services.limits.admit(budget, request, services.cookies.conversation(request))

    return Depends(admit)


async def _while_on(services: ServicesOf) -> None:
    if (off := await services.switch.whole_off()) is not None:
        raise SwitchedOff(off.message)


# A route's dependency: it refuses while the whole assistant is off.
WHILE_ON = Depends(_while_on)
