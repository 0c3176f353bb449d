"""Eligibility as data: rule trees read from a guide and evaluated on told facts. Pure.

A rule is `{"all": [rule, …]}`, `{"any": [rule, …]}`, `{"not": rule}` or a leaf
`{"fact": name, "op": "eq|ne|ge|le|in", "value": …}`. A fact that was not told is neither met nor unmet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.errors import BadInput

Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...]
Eligibility = Literal["eligible", "not_eligible", "unknown"]
MAX_DEPTH = 8
MAX_RULES = 200
MAX_VALUES = 500
MAX_LENGTH = 200
OPERATORS = ("eq", "ne", "ge", "le", "in")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of a fact with a value."""

    fact: str
    op: str
    value: Value


@dataclass(frozen=True, slots=True)
class Group:
    """All, any, or the negation of one of its parts."""

    kind: Literal["all", "any", "not"]
    parts: tuple[Rule, ...]


Rule = Leaf | Group


@dataclass(frozen=True, slots=True)
class Verdict:
    """How facts stand to a rule.

    Attributes:
        met, total: Top-level conditions that are met, of all.
        missing: Facts that would have to be told to know more, in the rule's order.
    """

    verdict: Eligibility
    met: int
    total: int
    missing: tuple[str, ...]


def parse_rule(data: object) -> Rule:
    """A rule from plain data.

    Raises:
        BadInput: It is none; the detail names the place, such as `eligibility.all[1].op`.
    """
    left = [MAX_RULES]
    return _parse(data, "eligibility", 0, left)


def _parse(data: object, place: str, depth: int, left: list[int]) -> Rule:
    left[0] -= 1
    if depth > MAX_DEPTH or left[0] < 0:
        raise BadInput(f"{place}: more than {MAX_DEPTH} levels or {MAX_RULES} rules")
    if not isinstance(data, Mapping):
        raise BadInput(f"{place}: a rule is a mapping, not {type(data).__name__}")
    if "fact" in data:
        return _leaf(data, place)
    if len(data) != 1 or next(iter(data)) not in ("all", "any", "not"):
        raise BadInput(f"{place}: needs one of all, any, not, or fact with op and value")
    kind, inner = next(iter(data.items()))
    parts = [inner] if kind == "not" else inner
    if not isinstance(parts, list | tuple) or not parts:
        raise BadInput(f"{place}.{kind}: needs a list with at least one rule")
    return Group(kind, tuple(_parse(p, f"{place}.{kind}[{n}]", depth + 1, left) for n, p in enumerate(parts)))


def _leaf(data: Mapping[str, object], place: str) -> Leaf:
    unknown = set(data) - {"fact", "op", "value"}
    if unknown or len(data) != 3:
        raise BadInput(f"{place}: a condition has exactly fact, op and value")
    fact, op, value = data["fact"], data["op"], data["value"]
    if not isinstance(fact, str) or not 0 < len(fact) <= MAX_LENGTH:
        raise BadInput(f"{place}.fact: needs a name of at most {MAX_LENGTH} characters")
    if not isinstance(op, str) or op not in OPERATORS:
        raise BadInput(f"{place}.op: one of {', '.join(OPERATORS)}")
    if op == "in":
        if not isinstance(value, list | tuple) or not 0 < len(value) <= MAX_VALUES:
            raise BadInput(f"{place}.value: `in` needs a list of 1 to {MAX_VALUES} values")
        return Leaf(fact, op, tuple(_scalar(entry, place) for entry in value))
    scalar = _scalar(value, place)
    if op in ("ge", "le") and (isinstance(scalar, bool) or not isinstance(scalar, int | float)):
        raise BadInput(f"{place}.value: {op} needs a number")
    return Leaf(fact, op, scalar)


def _scalar(value: object, place: str) -> Scalar:
    if not isinstance(value, bool | int | float | str):
        raise BadInput(f"{place}.value: needs a number, a text, true or false")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{place}.value: needs a finite number")
    if isinstance(value, str) and len(value) > MAX_LENGTH:
        raise BadInput(f"{place}.value: a text has at most {MAX_LENGTH} characters")
    return value


def evaluate(rule: Rule, facts: Mapping[str, object]) -> Verdict:
    """Three-valued: eligible, not eligible, or unknown with the facts that are missing."""
    parts = rule.parts if isinstance(rule, Group) and rule.kind == "all" else (rule,)
    truths = [_truth(part, facts) for part in parts]
    truth = False if False in truths else None if None in truths else True
    verdict: Eligibility = "unknown" if truth is None else "eligible" if truth else "not_eligible"
    missing = tuple(dict.fromkeys(_missing(rule, facts))) if truth is None else ()
    return Verdict(verdict, sum(value is True for value in truths), len(parts), missing)


def _truth(rule: Rule, facts: Mapping[str, object]) -> bool | None:
    if isinstance(rule, Leaf):
        return _compare(rule, facts.get(rule.fact))
    truths = [_truth(part, facts) for part in rule.parts]
    if rule.kind == "not":
        return None if truths[0] is None else not truths[0]
    decisive = rule.kind == "any"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _compare(leaf: Leaf, fact: object) -> bool | None:
    if fact is None:
        return None
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if leaf.op in ("eq", "ne", "in"):
        return any(_same(fact, value) for value in values) is not (leaf.op == "ne")
    if isinstance(fact, bool) or not isinstance(fact, int | float):
        return None
    assert isinstance(leaf.value, int | float)  # noqa: S101 - for the type checker: it was validated
    return fact >= leaf.value if leaf.op == "ge" else fact <= leaf.value


def _same(fact: object, value: Scalar) -> bool:
    # Python takes True for 1; a told "yes" is not a number of children.
    return fact == value and isinstance(fact, bool) is isinstance(value, bool)


def _missing(rule: Rule, facts: Mapping[str, object]) -> list[str]:
    if isinstance(rule, Leaf):
        return [rule.fact] if _truth(rule, facts) is None else []
    return [name for part in rule.parts if _truth(part, facts) is None for name in _missing(part, facts)]
