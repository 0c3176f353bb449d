"""What a citizen is told about their eligibility."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from core.catalogue.models import ServiceItem
from core.catalogue.rules import Group, Rule, Verdict, evaluate
from core.errors import BadInput
from recommender.conditions import label, requirement
from recommender.eligibility import assess, assess_rule
from tests.recommender.rules import any_leaves, grown, proper_leaves, told_facts

RULE = {
    "all": [
        {"fact": "age", "op": "ge", "value": 80},
        {
            "any": [
                {"fact": "resident", "op": "eq", "value": True},
                {"fact": "hukou_city", "op": "eq", "value": True},
            ]
        },
    ]
}


def item(rule: dict[str, Any] | None) -> ServiceItem:
    return ServiceItem(external_id="glbt", name="高龄津贴申领", eligibility=rule)


def test_all_conditions_met_is_eligible() -> None:
    found = assess(item(RULE), {"age": 82, "resident": True})
    assert found.verdict == Verdict("eligible", 2, 2, ())


def test_one_condition_unmet_is_not_eligible() -> None:
    found = assess(item(RULE), {"age": 60, "resident": True})
    assert found.verdict == Verdict("not_eligible", 1, 2, ())


def test_untold_facts_are_named_and_nothing_is_claimed() -> None:
    found = assess(item(RULE), {"age": 82})
    assert found.verdict == Verdict("unknown", 1, 2, ("resident", "hukou_city"))
    assert found.text == "满足2条中的1条，尚不清楚：是否在本市居住、是否本市户籍。以受理部门审核为准。"


def test_what_is_not_met_is_named_in_plain_words() -> None:
    found = assess(item(RULE), {"age": 60, "resident": True})
    assert found.text == "按您说的情况，暂不符合：需要年满80周岁。以受理部门审核为准。"


def test_a_district_is_named_by_its_name() -> None:
    rule = {"fact": "district", "op": "eq", "value": "990101"}
    found = assess(item(rule), {"district": "990102"}, {"990101": "东区"}.get)
    assert "限东区居住" in found.text


def test_of_many_unmet_conditions_the_first_are_named_and_the_rest_counted() -> None:
    rule = {"all": [{"fact": "age", "op": "le", "value": bound} for bound in (10, 11, 12, 13, 14)]}
    assert "需要不超过12周岁；另有2条。" in assess(item(rule), {"age": 60}).text


@given(grown(any_leaves()), told_facts())
def test_a_sentence_goes_no_further_than_the_verdict(rule: Rule, facts: dict[str, Any]) -> None:
    found = assess_rule(rule, facts)
    assert found.verdict == evaluate(rule, facts)
    assert found.text.endswith("以受理部门审核为准。")
    assert ("都满足" in found.text or "条件满足" in found.text) is (found.verdict.verdict == "eligible")
    assert ("暂不符合" in found.text) is (found.verdict.verdict == "not_eligible")
    assert all(label(name) in found.text for name in found.verdict.missing)


@given(grown(proper_leaves()), told_facts())
def test_every_condition_that_is_named_as_unmet_is_unmet(rule: Rule, facts: dict[str, Any]) -> None:
    parts = rule.parts if isinstance(rule, Group) and rule.kind == "all" else (rule,)
    found = assess_rule(rule, facts)
    if found.verdict.verdict != "not_eligible":
        return
    unmet = {requirement(one) for one in parts if evaluate(one, facts).verdict == "not_eligible"}
    others = {requirement(one) for one in parts} - unmet
    told = (
        found.text.removeprefix("按您说的情况，暂不符合：").removesuffix("。以受理部门审核为准。").split("；")
    )
    assert unmet & set(told)
    assert not others & set(told)


def test_item_without_a_rule_is_left_to_the_agency() -> None:
    found = assess(item(None), {"age": 82})
    assert found.verdict.verdict == "unknown"
    assert "受理部门" in found.text


def test_malformed_rule_is_an_error() -> None:
    with pytest.raises(BadInput, match="op"):
        assess(item({"fact": "age", "op": "about", "value": 3}), {})
