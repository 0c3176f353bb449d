"""How much it says of a citizen that a rule is met: a pension at 80 is for few, a passport for all. Pure."""

from __future__ import annotations

from math import prod
from typing import Final

from core.catalogue.rules import Group, Leaf, Rule

_ADULT: Final = 18
_OLD: Final = 80
# Shares of all citizens that answer yes, as a rough guess: they only order what everybody is eligible for.
_YES: Final = {
    "hukou_city": 0.7, "resident": 0.9, "insured": 0.8, "married": 0.6, "employed": 0.6, "owns_home": 0.6,
    "car_owner": 0.4, "unemployed": 0.05, "retired": 0.2, "business_owner": 0.1,
}  # fmt: skip
_HALF: Final = 0.5
_DISTRICT: Final = 0.2


def telling(rule: Rule | None) -> float:
    """From 0 (met by everybody, or no rule) towards 1 (met by few)."""
    return 0.0 if rule is None else 1.0 - _share(rule)


def _share(rule: Rule) -> float:
    """Which part of all citizens meets it, as a rough guess."""
    if isinstance(rule, Leaf):
        return _of_leaf(rule)
    return _of_group(rule)


def _of_group(rule: Group) -> float:
    shares = [_share(part) for part in rule.parts]
    if rule.kind == "not":
        return 1.0 - shares[0]
    return prod(shares) if rule.kind == "all" else 1.0 - prod(1.0 - share for share in shares)


def _of_leaf(leaf: Leaf) -> float:
    if leaf.fact == "age" and isinstance(leaf.value, int | float):
        older = min(1.0, max(0.0, (_OLD + 5 - leaf.value) / (_OLD + 5 - _ADULT)))
        return older if leaf.op == "ge" else 1.0 - older if leaf.op == "le" else 1.0 - _HALF
    if isinstance(leaf.value, bool):
        yes = _YES.get(leaf.fact, _HALF)
        return yes if leaf.value is (leaf.op == "eq") else 1.0 - yes
    if leaf.fact.endswith("district"):
        return _DISTRICT
    return 1.0 if leaf.op == "ge" and leaf.value == 0 else _HALF
