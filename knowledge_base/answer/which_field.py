"""Which fields of a guide answer a question that names none of them: "没有房产证行不行". Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.answering import Aspect
from core.catalogue.models import ServiceItem
from core.text.normalise import fold
from knowledge_base.answer.aspects import in_common_words, subject
from knowledge_base.answer.ports import FoundPassage
from knowledge_base.index.tokens import grams
from knowledge_base.passages.guide_fields import field_text

_ASKS = re.compile(
    "[吗么嘛?？几多哪谁啥咋怎]|什么|如何|能|行|可以|得|算|够|还是|要不要|是不是|有没有|[不没]$|[不没](?=[\\s,，。])"
)
_FIELD_NAMES = frozenset(Aspect)
# These are asked for in words of their own, or are in nobody's mind.
_NEVER_MEANT = frozenset({Aspect.LEGAL_BASIS, Aspect.FORM, Aspect.PHONE, Aspect.PLACE})
# Who says no more than this beside the name wants to know what the matter is about.
LEAST_BESIDE_NAME = 6
_LONGEST_NAME = 8
# Cosine of two questions that ask the same.
_NEARLY_THIS = 0.94
# Of 29 such questions the best field answers 16, one of the best two 20.
_FIELDS = 2
MOST_FIELDS = 3
# From here on a field learnt to be asked for is shown; .25 and .3 leave 2 of 200 unseen questions more
# without theirs. From CLEARLY on the counters of all districts are shown rather than asking for one.
SURE = 0.2
CLEARLY = 0.35


def fields_meant(
    question: str,
    item: ServiceItem,
    passages: Sequence[FoundPassage],
    guessed: Aspect | None = None,
    learnt: Sequence[Aspect] = (),
) -> tuple[Aspect, ...]:
    """The fields that say most of the question, best first; none where only the matter is named.

    Args:
        passages: Of the guide, best first.
        guessed: Field that the dialogue model takes it to ask for.
        learnt: Fields that it asks for by the known questions of all guides.
    """
    known = known_field(passages)
    if not (known or guessed) and (not asks(question) or beside_name(question, item) < LEAST_BESIDE_NAME):
        return ()
    found = (_aspect(passage.field) for passage in passages)
    meant = (aspect for aspect in found if aspect is not None and aspect not in _NEVER_MEANT)
    first = [one for one in (known, *learnt, guessed) if one is not None]
    return tuple(dict.fromkeys((*first, *meant)))[: max(_FIELDS, min(len(set(first)), MOST_FIELDS))]


def surely_asked(learnt: Mapping[Aspect, float], item: ServiceItem, least: float = SURE) -> list[Aspect]:
    """The published fields that a message asks for by what was learnt, the surest first."""
    sure = sorted((one for one in learnt if learnt[one] >= least), key=lambda one: -learnt[one])
    return [aspect for aspect in sure if field_text(item, aspect)]


def is_known(passages: Sequence[FoundPassage]) -> bool:
    """Whether a record is known to answer a question that is nearly this one."""
    return any(one.asked >= _NEARLY_THIS for one in passages)


def known_field(passages: Sequence[FoundPassage]) -> Aspect | None:
    """The field that is known to answer a question that is nearly this one."""
    found = (_aspect(one.field) for one in passages if one.asked >= _NEARLY_THIS)
    return next((aspect for aspect in found if aspect is not None), None)


def asks(question: str) -> bool:
    """Whether a text asks for something, rather than tells."""
    return _ASKS.search(fold(question)) is not None


def beside_name(question: str, item: ServiceItem) -> int:
    """How many pairs of characters the question has that are in no name of the guide."""
    names = (item.name, *(alias for alias in item.aliases if len(alias) <= _LONGEST_NAME))
    named = {pair for name in names for pair in grams(fold(name))}
    return sum(pair not in named for pair in set(grams(subject(in_common_words(question)))))


def _aspect(field: str) -> Aspect | None:
    return Aspect(field) if field in _FIELD_NAMES else None
