"""The base of our actions: reads the turn, keeps the deadline, and turns every error into a reply."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Final, Protocol

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import DialogueTurn, read_turn, slot_of, trace_of
from core.answering import AnswerStatus
from core.errors import DeadlineExceeded, Unavailable, WeizhengError
from core.logs import describe_error, new_request_id, request_context
from core.tracing import span
from knowledge_base.contract import AnswerReply, AnswerRequest, TextPart

log = logging.getLogger(__name__)

# What the way back through Rasa to the portal takes.
RETURN_S: Final = 0.15
_SUBJECT_LEFT: Final = (AnswerStatus.NO_ANSWER, AnswerStatus.CLARIFY)


class Answers(Protocol):
    """What an action asks of the knowledge service."""

    async def answer(self, request: AnswerRequest, *, request_id: str | None = None) -> AnswerReply:
        """One question answered, or one of the errors of `core.errors`."""


class DialogueAction(Action):  # type: ignore[misc]
    """One message back, whatever happens."""

    @abstractmethod
    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """What is said to a turn."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Sends one message; returns the slots that changed."""
        turn: DialogueTurn | None = None
        with request_context(_request_id(tracker)), span(self.name(), trace_of(tracker.latest_message)):
            try:
                turn = read_turn(tracker.latest_message, tracker.slots, tracker.events)
                reply = await self.reply(turn)
            except Exception as error:
                reply = failed(error)
                # Without the trace's text: the tracker holds what a citizen wrote.
                log.log(_level(reply), "%s: %s", self.name(), named(error))
        dispatcher.utter_message(json_message={"weizheng": reply.model_dump(mode="json")})
        return [] if turn is None else changed_slots(turn, reply)


class Patience:
    """How long a turn may take: until the portal's deadline, less the way back.

    Args:
        patience_s: How long an answer may take where the portal gave no deadline.
        now: Seconds since 1970.
    """

    def __init__(self, patience_s: float, now: Callable[[], float] = time.time) -> None:
        self._patience_s = patience_s
        self._now = now

    def left_ms(self, turn: DialogueTurn) -> int:
        """Milliseconds that are left.

        Raises:
            DeadlineExceeded: None are.
        """
        left_s = self._patience_s if turn.deadline_at is None else turn.deadline_at - self._now()
        left_ms = int((left_s - RETURN_S) * 1000)
        if left_ms <= 0:
            raise DeadlineExceeded("the deadline had passed before the question was asked")
        return left_ms


class KnowledgeAction(DialogueAction):
    """One question to the knowledge service.

    Args:
        knowledge: The knowledge service.
        patience: How long it may take.
    """

    def __init__(self, knowledge: Answers, patience: Patience) -> None:
        self._knowledge = knowledge
        self._patience = patience

    @abstractmethod
    def request(self, turn: DialogueTurn, deadline_ms: int) -> AnswerRequest:
        """The question that this action makes of a turn."""

    async def reply(self, turn: DialogueTurn) -> AnswerReply:
        """The service's answer.

        Raises:
            DeadlineExceeded: No answer in time.
        """
        deadline_ms = self._patience.left_ms(turn)
        try:
            async with asyncio.timeout(deadline_ms / 1000):
                return await self._knowledge.answer(
                    self.request(turn, deadline_ms), request_id=turn.request_id
                )
        except TimeoutError:
            raise DeadlineExceeded("knowledge service: no answer in time") from None


def failed(error: Exception) -> AnswerReply:
    """The reply that tells a citizen of an error, without any of its details."""
    if isinstance(error, DeadlineExceeded):
        status = AnswerStatus.ERROR_TIMEOUT
    elif isinstance(error, Unavailable):
        status = AnswerStatus.ERROR_UNAVAILABLE
    else:
        status, error = AnswerStatus.ERROR_INTERNAL, WeizhengError()
    return AnswerReply(status=status, parts=[TextPart(text=error.public_message)])


def changed_slots(turn: DialogueTurn, reply: AnswerReply) -> list[dict[str, Any]]:
    """What the conversation is about after a reply.

    A reply with a target moves it there. A refusal, or a question back, was about a matter of its own: going
    on about the old one would answer the wrong question. Anything else leaves it as it was.
    """
    region = reply.region or turn.region
    events = [SlotSet("region", region)] if region != turn.stored_region else []
    if reply.asks_region and not turn.region_asked:
        events.append(SlotSet("region_asked", True))
    if reply.target is not None or reply.status in _SUBJECT_LEFT:
        events += [SlotSet("item", slot_of(reply.target)), SlotSet("aspect", reply.aspect)]
    return events


def _request_id(tracker: Tracker) -> str:
    try:
        given = read_turn(tracker.latest_message, {}).request_id
    except (WeizhengError, AttributeError):
        given = None
    return given or new_request_id()


def _level(reply: AnswerReply) -> int:
    return logging.ERROR if reply.status == AnswerStatus.ERROR_INTERNAL else logging.WARNING


def named(error: Exception) -> str:
    """An error as it may be logged."""
    # Only our own errors' details are known to hold no citizen's words.
    return describe_error(error) if isinstance(error, WeizhengError) else type(error).__name__
