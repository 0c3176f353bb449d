"""Which fact is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given

from core.catalogue.rules import Rule, evaluate, parse_rule
from core.citizens.facts import FACTS
from recommender.questions import answers, asked_first, next_fact
from tests.recommender.rules import any_leaves, grown, told_facts


def leaf(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


def test_the_fact_that_settles_it_is_asked_before_the_first_one() -> None:
    either = {"any": [leaf("married", "eq", True), leaf("car_owner", "eq", True)]}
    rule = {"all": [either, leaf("hukou_city", "eq", True)]}
    assert next_fact(parse_rule(rule), {}) is FACTS["hukou_city"]


def test_nothing_is_asked_where_it_is_settled() -> None:
    rule = parse_rule(leaf("age", "ge", 18))
    assert next_fact(rule, {"age": 20}) is None
    assert next_fact(rule, {}) is FACTS["age"]


@given(grown(any_leaves()), told_facts())
def test_a_verdict_begins_with_a_fact_to_ask_for_and_loses_none(rule: Rule, facts: dict[str, Any]) -> None:
    found = evaluate(rule, facts)
    ordered = asked_first(rule, found, facts)
    assert sorted(ordered.missing) == sorted(found.missing)
    assert replace(ordered, missing=found.missing) == found
    fact = next_fact(rule, facts)
    if fact is not None:
        assert ordered.missing[0] in FACTS
        assert not FACTS[ordered.missing[0]].sensitive


def test_what_was_told_makes_no_difference_to_the_rest_of_a_rule() -> None:
    either = {"any": [leaf("married", "eq", True), leaf("car_owner", "eq", True)]}
    rule = parse_rule({"all": [leaf("age", "ge", 18), either, leaf("hukou_city", "eq", True)]})
    for facts in ({"age": 20}, {"age": 21, "employed": True}):
        found = asked_first(rule, evaluate(rule, facts), facts)
        assert found.missing[0] == "hukou_city"


def test_a_sensitive_fact_is_never_asked_for() -> None:
    assert next_fact(parse_rule(leaf("disabled", "eq", True)), {}) is None


def test_a_fact_that_nobody_knows_is_never_asked_for() -> None:
    assert next_fact(parse_rule(leaf("height", "ge", 2)), {}) is None


@given(grown(any_leaves()), told_facts())
def test_what_is_asked_is_missing_and_may_be_asked(rule: Rule, facts: dict[str, Any]) -> None:
    fact = next_fact(rule, facts)
    missing = evaluate(rule, facts).missing
    assert fact is None or (fact.name in missing and not fact.sensitive)
    open_ones = [name for name in missing if name in FACTS and not FACTS[name].sensitive]
    assert (fact is None) is (not open_ones)


@given(grown(any_leaves()), told_facts())
def test_no_other_fact_settles_more(rule: Rule, facts: dict[str, Any]) -> None:
    fact = next_fact(rule, facts)
    if fact is None:
        return

    def settled(name: str) -> float:
        tried = [evaluate(rule, {**facts, name: one}) for one in answers(rule, FACTS[name])]
        return sum(one.verdict != "unknown" for one in tried) / len(tried)

    missing = evaluate(rule, facts).missing
    others = [name for name in missing if name in FACTS and not FACTS[name].sensitive]
    assert settled(fact.name) == max(map(settled, others))
