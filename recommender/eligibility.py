"""Whether a citizen may apply for a service item, from facts they told us. Pure; never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.catalogue.models import ServiceItem
from core.catalogue.rules import Rule, Verdict, evaluate, parse_rule


@dataclass(frozen=True, slots=True)
class Assessment:
    """A verdict with the Chinese sentence that tells the citizen."""

    verdict: Verdict
    text: str


def assess(item: ServiceItem, facts: Mapping[str, object]) -> Assessment:
    """How the facts stand to the item's published rule; without a rule nothing is claimed.

    Raises:
        BadInput: The item's rule is malformed.
    """
    return assess_rule(None if item.eligibility is None else parse_rule(item.eligibility), facts)


def assess_rule(rule: Rule | None, facts: Mapping[str, object]) -> Assessment:
    """The same of a rule that is parsed already; None where the item has none."""
    if rule is None:
        text = "该事项未公布可自动核对的条件，请以受理部门审核为准。"
        return Assessment(Verdict("unknown", 0, 0, ()), text)
    verdict = evaluate(rule, facts)
    return Assessment(verdict, _text(verdict))


def _text(found: Verdict) -> str:
    if found.verdict == "eligible":
        return "按您提供的情况，符合公布的条件，最终以受理部门审核为准。"
    if found.verdict == "not_eligible":
        return f"按您提供的情况，公布的{found.total}项条件中符合{found.met}项，暂不符合。"
    return f"公布的{found.total}项条件中已确认符合{found.met}项，其余还需要您补充情况。"
