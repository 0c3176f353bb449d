"""What a conversation was asked before and offered to choose from, read from the events of Rasa's tracker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError

from knowledge_base.contract import AnswerReply, Choice, ChoicesPart, Target

# Answers to a question back: they are no question of their own.
_YES_AND_NO: Final = ("affirm", "deny")


def last_offer(events: Sequence[Mapping[str, Any]]) -> tuple[Choice, ...]:
    """The choices of the last reply; none where that asked nothing back."""
    last = next((event for event in reversed(events) if event.get("event") == "bot"), None)
    return () if last is None else _choices(last)


def words_before_the_offer(events: Sequence[Mapping[str, Any]], chosen: Target) -> str:
    """The question that a target was offered for; empty where that is not known.

    A button of an older turn stays on the page: the newest question may be about another matter.
    """
    offered = False
    for event in reversed(events):
        if event.get("event") == "bot":
            offered = offered or any(choice.target == chosen for choice in _choices(event))
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
    return isinstance(text, str) and text[:1] not in ("", "/") and intent not in _YES_AND_NO


def _choices(event: Mapping[str, Any]) -> tuple[Choice, ...]:
    try:
        reply = AnswerReply.model_validate(_within(event, "data", "custom", "weizheng"))
    except ValidationError:
        return ()
    return tuple(choice for part in reply.parts if isinstance(part, ChoicesPart) for choice in part.choices)


def _within(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
