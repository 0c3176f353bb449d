"""Conditions of a rule in plain Chinese: what is needed, never more than the rule says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from core.catalogue.rules import Leaf, Rule, Scalar
from core.citizens.facts import FACTS, Fact, FactKind

# Names a district by its six-digit code; None where it is not known.
PlaceName = Callable[[str], str | None]
# Longer than this nobody reads it; a part of it would say something else than the whole.
LONGEST: Final = 120
ELSEWHERE: Final = "符合办事指南中的相应条件"
# How it stands where a fact is true, and where it is not.
FLAGS: Final[Mapping[str, tuple[str, str]]] = {
    "hukou_city": ("是本市户籍", "不是本市户籍"),
    "resident": ("在本市居住", "不在本市居住"),
    "married": ("已婚", "目前不在婚"),
    "employed": ("在职", "目前不在职"),
    "unemployed": ("处于失业状态", "不处于失业状态"),
    "retired": ("已退休", "尚未退休"),
    "business_owner": ("经营企业或个体户", "没有经营企业或个体户"),
    "insured": ("在本市参加社会保险", "没有在本市参加社会保险"),
    "owns_home": ("本市有自有住房", "本市没有自有住房"),
    "car_owner": ("有机动车", "没有机动车"),
    "disabled": ("持有残疾人证", "没有残疾人证"),
    "hardship": ("生活有困难", "生活没有困难"),
}
_COUNTED: Final[Mapping[str, str]] = {
    "children": "孩子",
    "enterprise_size": "单位职工",
    "insured_months": "社会保险缴费",
}
_WHERE: Final[Mapping[str, str]] = {"district": "{}居住", "work_district": "在{}工作"}


def nowhere(_: str) -> str | None:
    """Names no district."""
    return None


def requirement(rule: Rule, place: PlaceName = nowhere) -> str:
    """What a rule asks for, such as 需要年满80周岁 or 限东区居住.

    Args:
        place: Names districts; one that it does not know is told as 指定的区.
    """
    said = _said(rule, True, place, inside=False)
    if len(said) > LONGEST:
        said = ELSEWHERE
    return said if said.startswith("限") else f"需要{said}"


def label(name: str) -> str:
    """A fact as it stands in a list of what is not known; one that nobody knows is told in general."""
    return FACTS[name].label if name in FACTS else "其他情况"


def _said(rule: Rule, wanted: bool, place: PlaceName, *, inside: bool) -> str:
    if isinstance(rule, Leaf):
        return _leaf(rule, wanted, place)
    if rule.kind == "not":
        return _said(rule.parts[0], not wanted, place, inside=inside)
    parts = list(dict.fromkeys(_said(part, wanted, place, inside=True) for part in rule.parts))
    if len(parts) == 1:
        return parts[0]
    # What is not to be all of them is to lack one, and the other way round.
    joined = "，并且".join(parts) if (rule.kind == "all") is wanted else "，或者".join(parts)
    return f"（{joined}）" if inside else joined


def _leaf(leaf: Leaf, wanted: bool, place: PlaceName) -> str:
    fact = FACTS.get(leaf.fact)
    if fact is None:
        return ELSEWHERE
    is_so = wanted is not (leaf.op == "ne")
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if leaf.op in ("ge", "le"):
        bound = _bound(fact, leaf.op, values[0], wanted)
        return bound if bound is not None else ELSEWHERE
    told = _equal(fact, values, is_so, place)
    return told if told is not None else ELSEWHERE


def _bound(fact: Fact, op: str, value: Scalar, wanted: bool) -> str | None:
    if fact.kind is not FactKind.NUMBER or isinstance(value, bool | str):
        return None
    amount = _amount(fact, value)
    if op == "ge":
        of_age = fact.name == "age"
        words = ("年满" if of_age else "不少于") if wanted else ("不满" if of_age else "少于")
    else:
        words = "不超过" if wanted else "超过"
    return f"{_COUNTED.get(fact.name, '')}{words}{amount}"


def _equal(fact: Fact, values: Sequence[Scalar], is_so: bool, place: PlaceName) -> str | None:
    """The values that are wanted or ruled out; None where they are none of this fact."""
    match fact.kind:
        case FactKind.FLAG:
            return _flag(fact, values, is_so)
        case FactKind.NUMBER:
            amounts = [_amount(fact, one) for one in values if not isinstance(one, bool | str)]
            whose = _COUNTED.get(fact.name, fact.label)
            complete = len(amounts) == len(values)
            return f"{whose}{'为' if is_so else '不是'}{_or(amounts)}" if complete else None
        case FactKind.CHOICE:
            named = [fact.choices.get(one) if isinstance(one, str) else None for one in values]
            known = [one for one in named if one is not None]
            complete = len(known) == len(values)
            return f"{fact.label}{'为' if is_so else '不是'}{_or(known)}" if complete else None
        case FactKind.DISTRICT:
            return _district(fact, values, is_so, place)


def _flag(fact: Fact, values: Sequence[Scalar], is_so: bool) -> str | None:
    asked = {value for value in values if isinstance(value, bool)}
    if len(asked) != 1 or not all(isinstance(value, bool) for value in values):
        return None
    yes, no = FLAGS.get(fact.name, (None, None))
    return yes if asked.pop() is is_so else no


def _district(fact: Fact, values: Sequence[Scalar], is_so: bool, place: PlaceName) -> str | None:
    if not all(isinstance(one, str) for one in values):
        return None
    names = [place(str(one)) or "指定的区" for one in values]
    where = _WHERE.get(fact.name, "{}").format(_or(list(dict.fromkeys(names))))
    return f"限{where}" if is_so else f"不{where if where.startswith('在') else f'在{where}'}"


def _amount(fact: Fact, value: int | float) -> str:
    return f"{value:g}{fact.unit}" if isinstance(value, float) else f"{value}{fact.unit}"


def _or(names: Sequence[str]) -> str:
    return "、".join(names[:-1]) + f"或{names[-1]}" if len(names) > 1 else names[0]
