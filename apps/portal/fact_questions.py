"""The one question for a fact that a recommended item's conditions need. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from apps.portal import recommendation_words as words
from core.citizens import deeds
from core.citizens.deeds import Deed, DeedKind
from core.citizens.facts import FACTS, Fact, FactKind
from core.citizens.notice import Section
from knowledge_base.contract import Choice, ChoicesPart, ServiceRef, Target

# Facts that are answered by one tap.
_TAPPED = (FactKind.FLAG, FactKind.CHOICE)


def open_facts(items: Sequence[ServiceRef], told: Collection[str]) -> list[tuple[ServiceRef, Fact]]:
    """What could be asked: facts that are missing, each with the item that it is about.

    Args:
        told: Names of the facts that the citizen has told already, whether or not they were used.
    """
    missing = ((item, FACTS[name]) for item in items for name in _missing(item) if name in FACTS)
    return [(item, fact) for item, fact in missing if _is_asked(fact) and fact.name not in told]


def question(
    could: Sequence[tuple[ServiceRef, Fact]],
    said: Collection[str],
    purpose: Section,
    version: str,
    *,
    agreed: bool,
) -> ChoicesPart | None:
    """Asks for the first fact that was not asked for; None where there is none, or none is to be asked.

    Args:
        could: From `open_facts`.
        said: Of `openings` those that messages of this conversation began with.
        purpose: The consent that keeping the answer needs, in the notice's words.
        version: Version of the notice.
        agreed: The citizen has given it.
    """
    if words.NOT_ASKED_AGAIN in said:
        return None
    unasked = ((item, fact) for item, fact in could if fact.question not in said)
    return next((_asked(item, fact, purpose, version, agreed=agreed) for item, fact in unasked), None)


def openings(could: Sequence[tuple[ServiceRef, Fact]]) -> list[str]:
    """Beginnings of messages by which the transcript tells what was asked, or that nothing is to be."""
    return [words.NOT_ASKED_AGAIN, *dict.fromkeys(fact.question for _, fact in could)]


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
