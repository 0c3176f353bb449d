"""Conditions in plain Chinese."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given

from core.catalogue.rules import Group, Leaf, Rule, parse_rule
from core.citizens.facts import FACTS, FactKind
from recommender.conditions import ELSEWHERE, FLAGS, LONGEST, requirement
from tests.recommender.rules import any_leaves, grown, proper_leaves

NAMES = {"990101": "东区", "990102": "西区"}


def leaf(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (leaf("age", "ge", 80), "需要年满80周岁"),
        (leaf("age", "le", 35), "需要不超过35周岁"),
        ({"not": leaf("age", "ge", 18)}, "需要不满18周岁"),
        ({"not": leaf("children", "ge", 1)}, "需要孩子少于1个"),
        (leaf("insured_months", "ge", 6), "需要社会保险缴费不少于6个月"),
        (leaf("enterprise_size", "le", 300), "需要单位职工不超过300人"),
        (leaf("district", "eq", "990101"), "限东区居住"),
        (leaf("work_district", "eq", "990102"), "限在西区工作"),
        (leaf("district", "in", ["990101", "990102"]), "限东区或西区居住"),
        (leaf("district", "eq", "990199"), "限指定的区居住"),
        (leaf("district", "ne", "990101"), "需要不在东区居住"),
        (leaf("hukou_city", "eq", True), "需要是本市户籍"),
        (leaf("hukou_city", "ne", True), "需要不是本市户籍"),
        (leaf("owns_home", "eq", False), "需要本市没有自有住房"),
        (leaf("education", "in", ["bachelor", "doctor"]), "需要学历为本科或博士"),
        ({"any": [leaf("married", "eq", True), leaf("age", "le", 17)]}, "需要已婚，或者不超过17周岁"),
        (
            {"not": {"all": [leaf("married", "eq", True), leaf("age", "le", 17)]}},
            "需要目前不在婚，或者超过17周岁",
        ),
        (leaf("height", "ge", 2), f"需要{ELSEWHERE}"),
        (leaf("married", "eq", "yes"), f"需要{ELSEWHERE}"),
        (leaf("married", "in", [True, False]), f"需要{ELSEWHERE}"),
    ],
)  # fmt: skip
def test_a_condition_is_told_as_it_stands(rule: dict[str, Any], said: str) -> None:
    assert requirement(parse_rule(rule), NAMES.get) == said


def test_every_yes_or_no_has_words_for_both() -> None:
    assert set(FLAGS) == {name for name, fact in FACTS.items() if fact.kind is FactKind.FLAG}


@given(grown(any_leaves()))
def test_no_rule_is_told_in_names_of_ours_or_at_length(rule: Rule) -> None:
    said = requirement(rule, NAMES.get)
    assert not re.search("[A-Za-z_]{2,}", said.replace("inf", "").replace("nan", "").replace("e+", ""))
    assert len(said) <= LONGEST + 2


@given(grown(proper_leaves()))
def test_to_deny_twice_changes_no_word(rule: Rule) -> None:
    assert requirement(Group("not", (Group("not", (rule,)),))) == requirement(rule)


@given(proper_leaves())
def test_a_condition_and_its_denial_read_differently(one: Leaf) -> None:
    denied = requirement(Group("not", (one,)))
    assert denied != requirement(one) or ELSEWHERE in denied
