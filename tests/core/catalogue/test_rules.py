"""Eligibility rules: parsed with clear errors, evaluated with three truth values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.rules import MAX_DEPTH, MAX_RULES, evaluate, parse_rule
from core.errors import BadInput

AGE = {"fact": "age", "op": "ge", "value": 60}
LOCAL = {"fact": "resident", "op": "eq", "value": True}


@pytest.mark.parametrize(
    ("rule", "facts", "verdict"),
    [
        (AGE, {"age": 60}, "eligible"),
        (AGE, {"age": 59}, "not_eligible"),
        (AGE, {}, "unknown"),
        (AGE, {"age": "sixty"}, "unknown"),
        ({"all": [AGE, LOCAL]}, {"age": 59}, "not_eligible"),
        ({"all": [AGE, LOCAL]}, {"age": 61}, "unknown"),
        ({"any": [AGE, LOCAL]}, {"age": 61}, "eligible"),
        ({"any": [AGE, LOCAL]}, {"age": 59}, "unknown"),
        ({"not": AGE}, {"age": 59}, "eligible"),
        ({"not": AGE}, {}, "unknown"),
        ({"fact": "district", "op": "in", "value": ["东区", "西区"]}, {"district": "东区"}, "eligible"),
        ({"fact": "district", "op": "ne", "value": "东区"}, {"district": "西区"}, "eligible"),
        ({"fact": "age", "op": "le", "value": 16}, {"age": 16}, "eligible"),
        ({"fact": "children", "op": "eq", "value": 1}, {"children": True}, "not_eligible"),
        ({"fact": "children", "op": "ne", "value": 1}, {"children": 2}, "eligible"),
        ({"fact": "insured", "op": "in", "value": [1, "yes"]}, {"insured": True}, "not_eligible"),
        ({"fact": "age", "op": "ge", "value": 60}, {"age": True}, "unknown"),
        ({"fact": "district", "op": "ne", "value": "东区"}, {}, "unknown"),
        ({"fact": "district", "op": "in", "value": ["东区"]}, {"district": None}, "unknown"),
    ],
)
def test_verdict(rule: dict[str, Any], facts: dict[str, Any], verdict: str) -> None:
    assert evaluate(parse_rule(rule), facts).verdict == verdict


def test_missing_facts_are_those_that_would_decide() -> None:
    rule = parse_rule({"all": [AGE, {"any": [LOCAL, {"fact": "hukou", "op": "eq", "value": "本市"}]}]})
    found = evaluate(rule, {"age": 70})
    assert (found.met, found.total, found.missing) == (1, 2, ("resident", "hukou"))


@given(st.dictionaries(st.sampled_from(["age", "resident"]), st.one_of(st.integers(0, 120), st.booleans())))
def test_negation_turns_a_verdict_around(facts: dict[str, Any]) -> None:
    opposite = {"eligible": "not_eligible", "not_eligible": "eligible", "unknown": "unknown"}
    plain = evaluate(parse_rule({"all": [AGE, LOCAL]}), facts).verdict
    assert evaluate(parse_rule({"not": {"all": [AGE, LOCAL]}}), facts).verdict == opposite[plain]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("age", "eligibility: a rule is a mapping"),
        ({"all": []}, r"eligibility\.all: needs a list"),
        ({"all": [AGE], "any": [AGE]}, "needs one of"),
        ({"all": [AGE, {"fact": "age", "op": "gt", "value": 1}]}, r"eligibility\.all\[1\]\.op"),
        ({"fact": "age", "op": "ge", "value": "60"}, "ge needs a number"),
        ({"fact": "age", "op": "ge"}, "exactly fact, op and value"),
        ({"fact": "d", "op": "in", "value": "东区"}, "`in` needs a list"),
        ({"fact": "", "op": "eq", "value": 1}, r"\.fact"),
        ({"fact": "d", "op": "eq", "value": None}, r"\.value"),
        ({"fact": "d", "op": "in", "value": [1, [2]]}, r"\.value"),
        ({"fact": "d", "op": "ge", "value": float("nan")}, "finite"),
        ({"fact": "d", "op": "ge", "value": True}, "ge needs a number"),
        ({"fact": "d", "op": "eq", "value": 1, "unit": "岁"}, "exactly fact, op and value"),
        ({"not": [AGE]}, r"eligibility\.not\[0\]: a rule is a mapping"),
        ({"all": AGE}, r"eligibility\.all: needs a list"),
        ({"none": [AGE]}, "needs one of"),
        ({"all": [AGE] * MAX_RULES}, f"{MAX_RULES} rules"),
        ({"fact": "d", "op": "in", "value": ["x"] * 501}, "1 to 500"),
        ({"fact": "d", "op": "eq", "value": "长" * 201}, "at most 200"),
        ({1: [AGE]}, "needs one of"),
    ],
)
def test_malformed_rule_is_refused_with_its_place(data: object, place: str) -> None:
    with pytest.raises(BadInput, match=place):
        parse_rule(data)


def test_deep_rule_is_refused() -> None:
    rule: dict[str, Any] = AGE
    for _ in range(MAX_DEPTH + 1):
        rule = {"not": rule}
    with pytest.raises(BadInput, match="levels"):
        parse_rule(rule)


_LEAVES = st.builds(
    lambda fact, value: {"fact": fact, "op": "eq", "value": value},
    st.sampled_from(["a", "b", "c"]),
    st.booleans(),
)
_RULES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)


@given(_RULES, st.dictionaries(st.sampled_from(["a", "b", "c"]), st.booleans()), st.data())
def test_a_verdict_stands_whatever_is_told_after_it(
    data: dict[str, Any], facts: dict[str, Any], more: st.DataObject
) -> None:
    rule = parse_rule(data)
    early = evaluate(rule, facts)
    rest = {name: more.draw(st.booleans()) for name in ("a", "b", "c") if name not in facts}
    late = evaluate(rule, {**facts, **rest})
    assert late.verdict != "unknown"
    if early.verdict != "unknown":
        assert late.verdict == early.verdict
        assert early.missing == ()
    else:
        assert set(early.missing) <= set(rest)
        assert early.missing
    assert 0 <= early.met <= late.met <= late.total


@given(_RULES, st.dictionaries(st.sampled_from(["a", "b", "c"]), st.booleans()))
def test_telling_what_is_missing_leads_to_a_verdict(data: dict[str, Any], facts: dict[str, Any]) -> None:
    rule, told = parse_rule(data), dict(facts)
    for _ in range(3):
        for name in evaluate(rule, told).missing:
            told[name] = True
    assert evaluate(rule, told).verdict != "unknown"
