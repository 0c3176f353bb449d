"""What an action needs of Rasa's tracker, checked and typed before anything is done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actions.offers import last_offer, last_subjects, questions_before, words_before_the_offer
from core.answering import Aspect
from core.errors import BadInput
from knowledge_base.contract import MAX_EARLIER, Choice, Target

_INTENT_PREFIX: Final = "ask_"
_TARGET = re.compile(r"(item|document):(\d{1,18})", re.ASCII)
_REGION = re.compile(r"\d{6}", re.ASCII)
_REQUEST_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


@dataclass(frozen=True)
class DialogueTurn:
    """One turn as the dialogue engine knows it.

    Attributes:
        intent: Act that was recognised; empty where none was.
        question: The citizen's words, masked by the portal.
        asked: The question in words that a picked or the only choice was offered for; empty where not known.
        aspect: Aspect that the recognised intent asks for.
        current: What the conversation is about.
        current_aspect: Aspect it was about last.
        chosen: Target of a picked choice.
        chosen_aspect: Aspect of a picked choice.
        earlier: Questions asked before this message, newest first.
        offered: Choices of the last reply.
        subjects: What the last reply spoke of subscribing to.
        region: Region chosen in the conversation; a picked choice may tell it.
        stored_region: Region that the slot holds.
        region_asked: The conversation was asked for the district before.
        deadline_at: Until when the portal waits, in seconds since 1970; None where it did not say.
        request_id: Id of the request in every process's log.
    """

    intent: str
    question: str
    asked: str
    aspect: Aspect | None
    current: Target | None
    current_aspect: Aspect | None
    chosen: Target | None
    chosen_aspect: Aspect | None
    earlier: tuple[str, ...]
    offered: tuple[Choice, ...]
    subjects: tuple[Target, ...]
    region: str | None
    stored_region: str | None
    region_asked: bool
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
    intent = _text(_mapping(latest_message.get("intent"), "intent").get("name"))
    offered = last_offer(events)
    taken = chosen or (offered[0].target if len(offered) == 1 else None)
    return DialogueTurn(
        intent=intent,
        question=_text(latest_message.get("text")),
        asked=words_before_the_offer(events, taken) if taken else "",
        aspect=_asked_aspect(intent),
        current=_target(slots.get("item")),
        current_aspect=_aspect(slots.get("aspect")),
        chosen=chosen,
        chosen_aspect=_aspect(entities.get("aspect")),
        earlier=questions_before(events, MAX_EARLIER),
        offered=offered,
        subjects=last_subjects(events),
        region=_matching(_REGION, entities.get("region"), "entity region")
        or (_matching(_REGION, metadata["region"], "region") if "region" in metadata else stored_region),
        stored_region=stored_region,
        region_asked=slots.get("region_asked") is True,
        deadline_at=_seconds(metadata.get("deadline_at")),
        request_id=_matching(_REQUEST_ID, metadata.get("request_id"), "request_id"),
    )


def trace_of(latest_message: object) -> str | None:
    """The trace that a message is part of, if the portal named one."""
    metadata = latest_message.get("metadata") if isinstance(latest_message, Mapping) else None
    given = metadata.get("traceparent") if isinstance(metadata, Mapping) else None
    return given if isinstance(given, str) and _TRACE.fullmatch(given) else None


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


def _asked_aspect(intent: str) -> Aspect | None:
    return _aspect(intent.removeprefix(_INTENT_PREFIX)) if intent.startswith(_INTENT_PREFIX) else None


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
