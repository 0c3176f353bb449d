"""What an action needs of Rasa's tracker, checked and typed before anything is done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from core.answering import Aspect
from core.errors import BadInput
from knowledge_base.contract import AnswerReply, ChoicesPart, Target

_INTENT_PREFIX: Final = "ask_"
_TARGET = re.compile(r"(item|document):(\d{1,18})", re.ASCII)
_REGION = re.compile(r"\d{6}", re.ASCII)
_REQUEST_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class DialogueTurn:
    """One turn as the dialogue engine knows it.

    Attributes:
        question: The citizen's words, masked by the portal.
        asked: The question in words that a picked choice was offered for; empty where that is not known.
        aspect: Aspect that the recognised intent asks for.
        current: What the conversation is about.
        current_aspect: Aspect it was about last.
        chosen: Target of a picked choice.
        chosen_aspect: Aspect of a picked choice.
        region: Region chosen in the conversation.
        stored_region: Region that the slot holds.
        deadline_at: Until when the portal waits, in seconds since 1970; None where it did not say.
        request_id: Id of the request in every process's log.
    """

    question: str
    asked: str
    aspect: Aspect | None
    current: Target | None
    current_aspect: Aspect | None
    chosen: Target | None
    chosen_aspect: Aspect | None
    region: str | None
    stored_region: str | None
    deadline_at: float | None
    request_id: str | None


def read_turn(
    latest_message: Mapping[str, Any], slots: Mapping[str, Any], events: Sequence[Mapping[str, Any]] = ()
) -> DialogueTurn:
    """The turn in a tracker's latest message, slots and events.

    Raises:
        BadInput: The message has another shape than Rasa's, or holds values that the portal never sends.
    """
    metadata = _mapping(latest_message.get("metadata"), "metadata")
    entities = _entities(latest_message.get("entities"))
    chosen = _chosen(entities)
    stored_region = _matching(_REGION, slots.get("region"), "slot region")
    return DialogueTurn(
        question=_text(latest_message.get("text")),
        asked=_words_before_the_offer(events, chosen) if chosen else "",
        aspect=_asked_aspect(_mapping(latest_message.get("intent"), "intent")),
        current=_target(slots.get("item")),
        current_aspect=_aspect(slots.get("aspect")),
        chosen=chosen,
        chosen_aspect=_aspect(entities.get("aspect")),
        region=_matching(_REGION, metadata["region"], "region") if "region" in metadata else stored_region,
        stored_region=stored_region,
        deadline_at=_seconds(metadata.get("deadline_at")),
        request_id=_matching(_REQUEST_ID, metadata.get("request_id"), "request_id"),
    )


def _words_before_the_offer(events: Sequence[Mapping[str, Any]], chosen: Target) -> str:
    """A button of an older turn stays on the page: the newest question may be about another matter."""
    offered = False
    for event in reversed(events):
        if event.get("event") == "bot":
            offered = offered or _offers(event, chosen)
        elif event.get("event") == "user" and offered:
            text = _text(event.get("text"))
            # What starts with a slash is the portal's own.
            if text and not text.startswith("/"):
                return text
    return ""


def _offers(event: Mapping[str, Any], target: Target) -> bool:
    value: object = event
    for key in ("data", "custom", "weizheng"):
        value = value.get(key) if isinstance(value, Mapping) else None
    try:
        reply = AnswerReply.model_validate(value)
    except ValidationError:
        return False
    parts = (part for part in reply.parts if isinstance(part, ChoicesPart))
    return any(choice.target == target for part in parts for choice in part.choices)


def slot_of(target: Target | None) -> str | None:
    """A target as the slot `item` holds it."""
    return None if target is None else f"{target.kind}:{target.id}"


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadInput(f"tracker: {what} is no object")
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput("tracker: text is no string")
    return value


def _entities(value: object) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, list):
        raise BadInput("tracker: entities are no list")
    rows = [_mapping(row, "an entity") for row in value]
    return {str(row.get("entity")): row.get("value") for row in rows}


def _asked_aspect(intent: Mapping[str, Any]) -> Aspect | None:
    name = str(intent.get("name"))
    return _aspect(name.removeprefix(_INTENT_PREFIX)) if name.startswith(_INTENT_PREFIX) else None


def _aspect(value: object) -> Aspect | None:
    if value is None:
        return None
    try:
        return Aspect(str(value))
    except ValueError:
        raise BadInput("tracker: unknown aspect") from None


def _target(value: object) -> Target | None:
    if value is None:
        return None
    found = _TARGET.fullmatch(str(value))
    if found is None:
        raise BadInput("tracker: slot item is no target")
    return Target.model_validate({"kind": found[1], "id": int(found[2])})


def _chosen(entities: Mapping[str, object]) -> Target | None:
    if "target_kind" not in entities and "target_id" not in entities:
        return None
    return _target(f"{entities.get('target_kind')}:{entities.get('target_id')}")


def _matching(pattern: re.Pattern[str], value: object, what: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadInput(f"tracker: {what} has another form")
    return value


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput("tracker: deadline_at is no number")
    return float(value)
