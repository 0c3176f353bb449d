"""The one fact that is worth asking for: the one that decides most. Pure; never a sensitive one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from core.catalogue.rules import Group, Leaf, Rule, Scalar, Verdict, evaluate
from core.citizens.facts import FACTS, Fact, FactKind

# A rule with more values than this is tried with some of them.
_MOST_VALUES: Final = 24
# No district has this code: it stands for all that a rule does not name.
_ELSEWHERE: Final = "999999"


def next_fact(rule: Rule, facts: Mapping[str, object]) -> Fact | None:
    """The fact to ask for next, None where asking would not help.

    Of the missing facts the one whose answer most often settles the matter, then the one after which the
    least is missing, then the first in the rule.
    """
    missing = evaluate(rule, facts).missing
    asked = [FACTS[name] for name in missing if name in FACTS and not FACTS[name].sensitive]
    return max(asked, key=lambda fact: _worth(rule, facts, fact), default=None)


def asked_first(rule: Rule, found: Verdict, facts: Mapping[str, object]) -> Verdict:
    """A verdict whose missing facts begin with the one to ask for next."""
    if len(found.missing) < 2:
        return found
    fact = _next_of(_left(rule, facts))
    if fact is None or fact.name not in found.missing:
        return found
    others = (name for name in found.missing if name != fact.name)
    return replace(found, missing=(fact.name, *others))


@lru_cache(maxsize=4096)
def _next_of(rule: Rule) -> Fact | None:
    """Of what is left of rules, which are few, whatever many citizens told."""
    return next_fact(rule, {})


def _left(rule: Rule, facts: Mapping[str, object]) -> Rule:
    """What of a rule that is not settled yet is still open: without the parts that are."""
    if isinstance(rule, Leaf):
        return rule
    unsettled = [part for part in rule.parts if evaluate(part, facts).verdict == "unknown"]
    return Group(rule.kind, tuple(_left(part, facts) for part in unsettled))


def _worth(rule: Rule, facts: Mapping[str, object], fact: Fact) -> tuple[float, float]:
    """The share of answers that settle it, and how little is missing on average after the others."""
    tried = [evaluate(rule, {**facts, fact.name: value}) for value in answers(rule, fact)]
    settled = sum(one.verdict != "unknown" for one in tried) / len(tried)
    return settled, -sum(len(one.missing) for one in tried) / len(tried)


def answers(rule: Rule, fact: Fact) -> list[Scalar]:
    """Answers to a fact's question between which the rule makes a difference, at least one."""
    match fact.kind:
        case FactKind.FLAG:
            return [True, False]
        case FactKind.CHOICE:
            return list(fact.choices)
        case FactKind.DISTRICT:
            named = [value for value in _values(rule, fact.name) if isinstance(value, str)]
            return _some([*dict.fromkeys(named), _ELSEWHERE])
        case FactKind.NUMBER:
            return _some(sorted(_around(rule, fact)))


def _around(rule: Rule, fact: Fact) -> set[int]:
    """Numbers on both sides of each that the rule compares with, as far as they are believed."""
    near = {0, fact.most}
    for value in _values(rule, fact.name):
        if isinstance(value, int | float) and not isinstance(value, bool):
            near |= {int(value) - 1, int(value), int(value) + 1}
    return {value for value in near if 0 <= value <= fact.most}


def _values(rule: Rule, name: str) -> Iterator[Scalar]:
    if isinstance(rule, Leaf):
        if rule.fact == name:
            yield from rule.value if isinstance(rule.value, tuple) else (rule.value,)
        return
    for part in rule.parts:
        yield from _values(part, name)


def _some(values: Sequence[Scalar]) -> list[Scalar]:
    step = -(-len(values) // _MOST_VALUES)
    return [*values[::step]]
