"""The question for the citizen's district, where what is asked for depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Region, ServiceItem
from core.catalogue.regions import holds_for
from core.text.normalise import fold
from core.text.years import without_years
from knowledge_base.answer.districts import is_district, named_district
from knowledge_base.answer.ports import Catalogue
from knowledge_base.answer.turn import Draft, Turn
from knowledge_base.contract import Choice, ChoicesPart, Target
from knowledge_base.passages.guide_fields import field_text

_BY_DISTRICT = frozenset({Aspect.PLACE, Aspect.HOURS, Aspect.PHONE})
_LEAST = 2
_MOST = 6


def ask_district(
    turn: Turn, target: Target, item: ServiceItem, fields: Sequence[Aspect], catalogue: Catalogue
) -> Draft | None:
    """The question back, once in a conversation; None where the district is known or makes no difference.

    Args:
        fields: Fields of the guide that are clearly asked for.
    """
    if turn.region or turn.request.region_asked or turn.request.chosen:
        return None
    choices = _by_field(turn, target, item, fields) or _by_guide(turn, item, catalogue)
    if len(choices) < _LEAST:
        return None
    same = choices[0].target == choices[1].target
    text = f"【{item.name}】各区的办理点不同" if same else "这件事由各区分别办理，标准也可能不同"
    part = ChoicesPart(text=f"{text}，您在哪个区？", choices=choices[:_MOST])
    shows = frozenset(choice.target for choice in part.choices)
    return Draft(AnswerStatus.CLARIFY, [part], target, shows, asks_region=True)


def _by_field(turn: Turn, target: Target, item: ServiceItem, fields: Sequence[Aspect]) -> list[Choice]:
    """The districts of a guide's counters, where the field differs between them."""
    aspect = turn.aspect
    # Where more is asked than the counter tells, all is answered, with the counters of every district.
    if aspect is None or not _BY_DISTRICT.issuperset(fields):
        return []
    here = {place.region for place in item.places if is_district(place.region)}
    districts = [one for one in turn.regions if one.code in here]
    if len({_field_in(item, aspect, one.code) for one in districts}) < _LEAST:
        return []
    return [Choice(title=one.name, target=target, aspect=aspect, region=one.code) for one in districts]


def _field_in(item: ServiceItem, aspect: Aspect, region: str) -> str | None:
    near = [place for place in item.places if holds_for(place.region, region)]
    return field_text(replace(item, places=near), aspect)


def _by_guide(turn: Turn, item: ServiceItem, catalogue: Catalogue) -> list[Choice]:
    """The guides of several districts for one matter, found by one question."""
    if not is_district(item.region) or turn.named_region:
        return []
    matter = matter_of(item.name, turn.regions)
    named = (one for one in turn.found.candidates if matter_of(one.title, turn.regions) == matter)
    found = [catalogue.published(one.target) for one in named]
    alike = [
        (one.target, one.record)
        for one in found
        if one is not None and isinstance(one.record, ServiceItem) and is_district(one.record.region)
    ]
    if len({record.region for _, record in alike}) < _LEAST:
        return []
    return [
        Choice(title=record.name, target=target, aspect=turn.aspect, region=record.region)
        for target, record in alike
    ]


def matter_of(name: str, regions: Sequence[Region]) -> str:
    """A guide's name without its district and its years."""
    own = named_district(name, regions)
    return without_years(own.rest if own else fold(name))
