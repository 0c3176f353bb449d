"""Whether a rule compares facts that citizens can be asked for, with values that these may have. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.catalogue.rules import Group, Leaf, Rule, parse_rule
from core.citizens.facts import FACTS, FactKind, checked
from core.errors import BadInput


def doubts(rule: Mapping[str, object]) -> list[str]:
    """A Chinese sentence for each condition that can never be met or unmet; none of what is no rule."""
    try:
        leaves = list(_leaves(parse_rule(rule)))
    except BadInput:
        return []
    return list(dict.fromkeys(sentence for leaf in leaves if (sentence := _doubt(leaf))))


def _leaves(rule: Rule) -> Iterator[Leaf]:
    if isinstance(rule, Group):
        for part in rule.parts:
            yield from _leaves(part)
    else:
        yield rule


def _doubt(leaf: Leaf) -> str:
    fact = FACTS.get(leaf.fact)
    if fact is None:
        return f"资格规则用到的“{leaf.fact[:40]}”不是可以询问群众的情况，这一条无法核对。"
    if leaf.op in ("ge", "le") and fact.kind is not FactKind.NUMBER:
        return f"“{fact.label}”不是数量，资格规则里不能比较大小。"
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    wrong = next((one for one in values if not _is_value(leaf.fact, one)), None)
    return "" if wrong is None else f"“{fact.label}”没有“{str(wrong)[:40]}”这个取值，这一条无法核对。"


def _is_value(name: str, value: object) -> bool:
    try:
        checked(name, value)
    except BadInput:
        return False
    return True
