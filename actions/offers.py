"""What a conversation was asked before and offered to choose from, read from the events of Rasa's tracker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError

from knowledge_base.contract import (
    AnswerReply,
    Choice,
    ChoicesPart,
    Part,
    RecommendPart,
    SubscribePart,
    Target,
)

# Answers to a question back, wishes for notices and about recommendations: none is a question of its own.
_NO_QUESTIONS: Final = ("affirm", "deny", "subscribe", "unsubscribe", "why_recommended", "no_more_such")


def last_offer(events: Sequence[Mapping[str, Any]]) -> tuple[Choice, ...]:
    """The choices of the last reply; none where that asked nothing back."""
    return _choices(_last_parts(events))


def last_subjects(events: Sequence[Mapping[str, Any]]) -> tuple[Target, ...]:
    """What the last reply spoke of subscribing to."""
    spoken = (part.targets for part in _last_parts(events) if isinstance(part, SubscribePart))
    return tuple(target for targets in spoken for target in targets)


def words_before_the_offer(events: Sequence[Mapping[str, Any]], chosen: Target) -> str:
    """The question that a target was offered for; empty where that is not known.

    A button of an older turn stays on the page: the newest question may be about another matter.
    """
    offered = False
    for event in reversed(events):
        if event.get("event") == "bot":
            offered = offered or any(choice.target == chosen for choice in _choices(_parts(event)))
        elif event.get("event") == "user" and offered and _is_question(event):
            return str(event["text"])
    return ""


def questions_before(events: Sequence[Mapping[str, Any]], most: int) -> tuple[str, ...]:
    """What the citizen asked in words before the newest message, newest first."""
    said = (event for event in reversed(events) if event.get("event") == "user")
    before = islice(said, 1, None)
    return tuple(islice((str(event["text"]) for event in before if _is_question(event)), most))


def _is_question(event: Mapping[str, Any]) -> bool:
    # What starts with a slash is the portal's own.
    text = event.get("text")
    intent = _within(event, "parse_data", "intent", "name")
    return isinstance(text, str) and text[:1] not in ("", "/") and intent not in _NO_QUESTIONS


def _last_parts(events: Sequence[Mapping[str, Any]]) -> Sequence[Part]:
    last = next((event for event in reversed(events) if event.get("event") == "bot"), None)
    return () if last is None else _parts(last)


def _parts(event: Mapping[str, Any]) -> Sequence[Part]:
    try:
        return AnswerReply.model_validate(_within(event, "data", "custom", "weizheng")).parts
    except ValidationError:
        return ()


def _choices(parts: Sequence[Part]) -> tuple[Choice, ...]:
    return tuple(choice for part in parts for choice in _offered(part))


def _offered(part: Part) -> Sequence[Choice]:
    if isinstance(part, ChoicesPart):
        return part.choices
    # The portal shows these where it has nothing better; else it takes itself what is picked in words.
    return part.common if isinstance(part, RecommendPart) else ()


def _within(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
