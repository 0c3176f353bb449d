"""The one question for a fact that a recommended item's conditions need. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from apps.portal import recommendation_words as words
from apps.portal.past import Past
from core.citizens import deeds
from core.citizens.deeds import Deed, DeedKind
from core.citizens.facts import FACTS, Fact, FactKind
from core.citizens.notice import Section
from knowledge_base.contract import Choice, ChoicesPart, ServiceRef, Target

# Facts that are answered by one tap.
_TAPPED = (FactKind.FLAG, FactKind.CHOICE)


def question(
    items: Sequence[ServiceRef], past: Past, purpose: Section, version: str, *, agreed: bool
) -> ChoicesPart | None:
    """Asks for the first fact that is missing; None where there is none, or it was asked before.

    Args:
        purpose: The consent that keeping the answer needs, in the notice's words.
        version: Version of the notice.
        agreed: The citizen has given it.
    """
    if past.says("citizen", words.RATHER_NOT):
        return None
    missing = ((item, FACTS[name]) for item in items for name in _missing(item) if name in FACTS)
    for item, fact in missing:
        if _is_asked(fact) and not past.says("assistant", fact.question):
            return _asked(item, fact, purpose, version, agreed=agreed)
    return None


def _missing(item: ServiceRef) -> list[str]:
    return item.eligibility.missing if item.eligibility.verdict == "unknown" else []


def _is_asked(fact: Fact) -> bool:
    return fact.kind in _TAPPED and not fact.sensitive


def _asked(
    item: ServiceRef, fact: Fact, purpose: Section, version: str, *, agreed: bool
) -> ChoicesPart | None:
    target = Target(kind="item", id=item.item_id)
    seen, suffix = ("", "") if agreed else (version, words.AND_AGREE)
    told = [(title, Deed(DeedKind.TELL, fact.name, word, seen)) for title, word in _answers(fact)]
    if any(len(str(deed)) > deeds.LONGEST for _, deed in told):
        return None
    choices = [Choice(title=f"{title}{suffix}", target=target, deed=deed) for title, deed in told]
    rather_not = Choice(title=words.RATHER_NOT, target=target, deed=Deed(DeedKind.KEEP_QUIET))
    text = words.asking(fact, item.name)
    text = text if agreed else words.with_consent(text, purpose, version)
    return ChoicesPart(text=text, choices=[*choices, rather_not])


def _answers(fact: Fact) -> Iterator[tuple[str, str]]:
    if fact.kind is FactKind.FLAG:
        yield from ((words.YES, deeds.YES), (words.NO, deeds.NO))
    yield from ((label, word) for word, label in fact.choices.items())
