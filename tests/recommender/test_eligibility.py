"""What a citizen is told about their eligibility."""

from __future__ import annotations

from typing import Any

import pytest

from core.catalogue.models import ServiceItem
from core.catalogue.rules import Verdict
from core.errors import BadInput
from recommender.eligibility import assess

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
    assert "补充" in found.text


def test_item_without_a_rule_is_left_to_the_agency() -> None:
    found = assess(item(None), {"age": 82})
    assert found.verdict.verdict == "unknown"
    assert "受理部门" in found.text


def test_malformed_rule_is_an_error() -> None:
    with pytest.raises(BadInput, match="op"):
        assess(item({"fact": "age", "op": "about", "value": 3}), {})
