"""Whether a citizen may apply for a service item, from facts they told us. Pure; never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.catalogue.models import ServiceItem
from core.catalogue.rules import Group, Rule, Verdict, evaluate, parse_rule
from recommender.conditions import PlaceName, label, nowhere, requirement

_MOST_NAMED: Final = 3
_IN_THE_END: Final = "以受理部门审核为准。"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A verdict with the Chinese sentence that tells the citizen."""

    verdict: Verdict
    text: str


def assess(item: ServiceItem, facts: Mapping[str, object], place: PlaceName = nowhere) -> Assessment:
    """How the facts stand to the item's published rule; without a rule nothing is claimed.

    Args:
        place: Names districts by their codes.

    Raises:
        BadInput: The item's rule is malformed.
    """
    rule = None if item.eligibility is None else parse_rule(item.eligibility)
    return assess_rule(rule, facts, place)


def assess_rule(rule: Rule | None, facts: Mapping[str, object], place: PlaceName = nowhere) -> Assessment:
    """The same of a rule that is parsed already; None where the item has none."""
    if rule is None:
        text = f"该事项未公布可自动核对的条件，请{_IN_THE_END}"
        return Assessment(Verdict("unknown", 0, 0, ()), text)
    verdict = evaluate(rule, facts)
    return Assessment(verdict, _text(rule, verdict, facts, place))


def _text(rule: Rule, found: Verdict, facts: Mapping[str, object], place: PlaceName) -> str:
    if found.verdict == "eligible":
        met = f"{found.total}条都满足" if found.total > 1 else "条件满足"
        return f"按您说的情况，能自动核对的{met}，{_IN_THE_END}"
    if found.verdict == "not_eligible":
        return f"按您说的情况，暂不符合：{_unmet(rule, facts, place)}。{_IN_THE_END}"
    missing = "、".join(dict.fromkeys(map(label, found.missing)))
    met = f"满足{found.total}条中的{found.met}条，" if found.met else ""
    return f"{met}尚不清楚：{missing}。{_IN_THE_END}"


def _unmet(rule: Rule, facts: Mapping[str, object], place: PlaceName) -> str:
    parts = rule.parts if isinstance(rule, Group) and rule.kind == "all" else (rule,)
    unmet = [part for part in parts if evaluate(part, facts).verdict == "not_eligible"]
    named = list(dict.fromkeys(requirement(part, place) for part in unmet))
    more = f"；另有{len(named) - _MOST_NAMED}条" if len(named) > _MOST_NAMED else ""
    return "；".join(named[:_MOST_NAMED]) + more
