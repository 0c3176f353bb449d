"""What a conversation has shown and said lately, as the transcript has it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from pydantic import ValidationError

from apps.portal.meaning import picked
from apps.portal.recommendation_words import NOTED
from apps.portal.screening import urgent_reply
from core.citizens.conversations import StoredMessage
from core.text.complaints import is_complaint_advice
from core.text.urgent import is_urgent_advice
from knowledge_base.contract import ServiceRef

# So many messages are looked back at.
LOOKED_AT: Final = 40
# Whoever complained or was in need is left alone for so long, and for so many messages.
_CALM: Final = timedelta(minutes=30)
_CALM_MESSAGES: Final = 3
_COMPLAINT: Final = re.compile(
    r"投诉|举报|信访|上访|差评|态度(太|很|真|这么)?(差|恶劣|不好)|不作为|推诿|踢皮球|刁难|乱收费|没人管"
)


def is_complaint(text: str) -> bool:
    """Whether a message complains, whatever else it asks; the reply to it tells more surely."""
    return bool(_COMPLAINT.search(text))


@dataclass(frozen=True)
class Shown:
    """Items of one message that recommended them, and whether by what was known of the citizen then.

    `latest` is the id of the item that was answered about last since then.
    """

    items: Sequence[ServiceRef] = ()
    personalized: bool = False
    latest: int | None = None


@dataclass(frozen=True)
class Past:
    """The latest messages, oldest first."""

    messages: Sequence[StoredMessage] = ()

    @property
    def shown(self) -> Shown:
        """The last message that recommended any."""
        lists = [at for at, one in enumerate(self.messages) if _recommends(one)]
        if not lists:
            return Shown()
        last = lists[-1]
        answered = [_answered(one.payload) for one in self.messages[last:] if one.kind == "answer"]
        told = self.messages[last].payload
        return Shown(_items(told), told.get("personalized") is True, answered[-1] if answered else None)

    @property
    def offered(self) -> frozenset[int]:
        """Ids of all items that were recommended lately."""
        lists = (_items(one.payload) for one in self.messages if one.kind == "services")
        return frozenset(item.item_id for items in lists for item in items)

    def picked(self, text: str) -> str | None:
        """The token of what a message picks of the latest reply by its title, its number or its name.

        A number is that of a recommended item, where there are any.
        """
        cards, choices = self._offered_last("items", "name"), self._offered_last("choices", "title")
        titled = next((token for title, token in choices if title == text.strip()), None)
        return titled or picked(text, cards or choices)

    def _offered_last(self, of: str, name: str) -> list[tuple[str, str]]:
        """Names and tokens of what the latest reply offered so."""
        latest = self.messages[-1].answer_id if self.messages else None
        replied = [one for one in self.messages if one.answer_id == latest and one.role == "assistant"]
        told = (one.payload.get(of, []) for one in replied if of != "items" or _recommends(one))
        offered = [(each.get(name), each.get("payload")) for each in chain.from_iterable(told)]
        return [(title, token) for title, token in offered if title and token]

    def is_troubled(self, now: datetime) -> bool:
        """Whether the citizen complained or was in need a moment ago."""
        lately = [one for one in self.messages if now - one.created < _CALM]
        said = [at for at, one in enumerate(lately) if one.role == "citizen"]
        since = said[-_CALM_MESSAGES] if len(said) >= _CALM_MESSAGES else 0
        return any(map(_is_of_trouble, lately[since:]))


def _recommends(one: StoredMessage) -> bool:
    # A fact that was told is answered by the card that it was about, which recommends nothing anew.
    return one.kind == "services" and one.payload.get("text") != NOTED


def _is_of_trouble(one: StoredMessage) -> bool:
    text = str(one.payload.get("text", ""))
    if one.role == "citizen":
        return is_complaint(text) or urgent_reply(text) is not None
    return is_complaint_advice(text) or is_urgent_advice(text)


def _answered(payload: dict[str, Any]) -> int | None:
    item = payload.get("item")
    return item.get("item_id") if isinstance(item, dict) else None


def _items(payload: dict[str, Any]) -> list[ServiceRef]:
    try:
        return [ServiceRef.model_validate(one) for one in payload.get("items", [])]
    except ValidationError:
        # Kept by another release.
        return []
