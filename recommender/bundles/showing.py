"""Which life events a conversation or a profile shows. Pure; in doubt none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from core.catalogue.bundles import Bundle
from core.catalogue.models import ServiceItem
from core.catalogue.rules import evaluate, parse_rule
from core.text.normalise import fold

_NOT_SAID: Final = re.compile(r"[\s\W_]+")
# Who writes 没结婚 or 如果退休了 has no such event.
_DENIED: Final = re.compile("(?:没有?|不是?|未|别|非|无|如果|假如|要是|万一)$")
_BEFORE: Final = 2


def shown_by(
    bundles: Sequence[Bundle],
    texts: Iterable[str] = (),
    items: Iterable[ServiceItem] = (),
    facts: Mapping[str, object] | None = None,
) -> list[Bundle]:
    """The bundles whose event is shown, those shown by words first, then by items, then by facts.

    Args:
        texts: What the citizen wrote.
        items: Service items that were answered from, the latest first.
        facts: What the citizen told of themselves.
    """
    said = [compared(text) for text in texts]
    found = [one for one in bundles if any(_is_said(phrase, said) for phrase in one.phrases)]
    found += [one for item in items if (one := _of_item(bundles, item)) is not None]
    found += [one for one in bundles if not one.sensitive and _is_told(one, facts or {})]
    return list({one.external_id: one for one in found}.values())


def compared(text: str) -> str:
    """A text as phrases are looked for in it: no width, case, traditional forms, blanks, punctuation."""
    return _NOT_SAID.sub("", fold(text))


def _is_said(phrase: str, texts: Sequence[str]) -> bool:
    words = compared(phrase)
    return bool(words) and any(_stands(words, text) for text in texts)


def _stands(words: str, text: str) -> bool:
    at = text.find(words)
    while at >= 0:
        if not _DENIED.search(text[max(0, at - _BEFORE) : at]):
            return True
        at = text.find(words, at + 1)
    return False


def _of_item(bundles: Sequence[Bundle], item: ServiceItem) -> Bundle | None:
    """The bundle that an item is a necessary step of and names the event of; none where it is in several."""
    events = set(item.life_events)
    found = [
        one
        for one in bundles
        if events & set(one.life_events)
        and any(step.item == item.external_id and not step.optional and not step.when for step in one.steps)
    ]
    return found[0] if len(found) == 1 else None


def _is_told(one: Bundle, facts: Mapping[str, object]) -> bool:
    rule = one.shown_when
    return rule is not None and evaluate(parse_rule(rule), facts).verdict == "eligible"
