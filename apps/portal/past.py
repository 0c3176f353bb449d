"""What a conversation has shown and said lately, as the transcript has it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from apps.portal.screening import urgent_reply
from core.citizens.conversations import StoredMessage
from core.text.ordinals import ordinal
from knowledge_base.contract import ServiceRef

# So many messages are looked back at.
LOOKED_AT: Final = 40
# Whoever complained or was in need is left alone for so long, and for so many messages.
_CALM: Final = timedelta(minutes=30)
_CALM_MESSAGES: Final = 3
_COMPLAINT: Final = re.compile(
    r"投诉|举报|信访|上访|差评|态度(太|很|真|这么)?(差|恶劣|不好)|不作为|推诿|踢皮球|刁难|乱收费|没人管"
)
_PAIRS: Final = 2
_THAT_ONE: Final = re.compile(r"(我?要|就|选|看看?)?.{2,12}(那|这)(个|项)(吧|呢)?[。.]?")


def is_complaint(text: str) -> bool:
    """Whether a message complains, whatever else it asks."""
    return bool(_COMPLAINT.search(text))


def is_pick(text: str) -> bool:
    """Whether a message may pick one of what was shown."""
    return ordinal(text) is not None or bool(_THAT_ONE.fullmatch(text))


@dataclass(frozen=True)
class Past:
    """The latest messages, oldest first."""

    messages: Sequence[StoredMessage] = ()

    @property
    def shown(self) -> list[ServiceRef]:
        """The items of the last message that recommended any."""
        lists = (one for one in reversed(self.messages) if one.kind == "services")
        return next((_items(one.payload) for one in lists), [])

    @property
    def offered(self) -> frozenset[int]:
        """Ids of all items that were recommended lately."""
        lists = (_items(one.payload) for one in self.messages if one.kind == "services")
        return frozenset(item.item_id for items in lists for item in items)

    def picked(self, text: str) -> ServiceRef | None:
        """The item of the latest reply that a message picks in words, as "第二个" or "居住证那个" does."""
        latest = self.messages[-1].answer_id if self.messages else None
        lists = [one for one in self.messages if one.kind == "services" and one.answer_id == latest]
        shown = _items(lists[-1].payload) if lists and latest else []
        found = meant(text, shown) if shown and is_pick(text) else []
        return found[0] if len(found) == 1 else None

    def says(self, role: str, text: str) -> bool:
        """Whether a message of that role holds the text."""
        return any(text in str(one.payload.get("text", "")) for one in self.messages if one.role == role)

    def is_troubled(self, now: datetime) -> bool:
        """Whether the citizen complained or was in need a moment ago."""
        said = [one for one in self.messages if one.role == "citizen" and now - one.created < _CALM]
        texts = [str(one.payload.get("text", "")) for one in said[-_CALM_MESSAGES:]]
        return any(is_complaint(text) or urgent_reply(text) is not None for text in texts)


def meant(text: str, shown: Sequence[ServiceRef]) -> list[ServiceRef]:
    """Which of the shown items a message speaks of; all of them where it names none."""
    number = re.search(r"第[一二三四五六1-6]", text)
    at = ordinal(number[0] if number else text)
    if at is not None and at <= len(shown):
        return [shown[at - 1]]
    most = max((_shared(text, one) for one in shown), default=0)
    return [one for one in shown if _shared(text, one) == most] if most >= _PAIRS else list(shown)


def _shared(text: str, one: ServiceRef) -> int:
    """Characters of the name, or of the theme, that stand in the text in one run."""
    names = [one.name, one.theme or ""]
    return max(_longest_run(name, text) for name in names)


def _longest_run(name: str, text: str) -> int:
    runs = (end - start for start in range(len(name)) for end in range(len(name), start, -1)
            if name[start:end] in text)  # fmt: skip
    return max(runs, default=0)


def _items(payload: dict[str, Any]) -> list[ServiceRef]:
    try:
        return [ServiceRef.model_validate(one) for one in payload.get("items", [])]
    except ValidationError:
        # Kept by another release.
        return []
