"""Rules evaluated together end as each would alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue.rules import Rule, Scalar, evaluate, parse_rule
from recommender.eligible_matrix import RuleMatrix

NAMES = st.sampled_from(["age", "married", "children", "district"])
NUMBERS = st.one_of(
    st.integers(-1, 3),
    st.sampled_from([2**53, 2**53 + 1, 10**400, 0.5, 1.0, 2.0**53]),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
)
SCALARS = st.one_of(st.booleans(), NUMBERS, st.sampled_from(["", "990101", "990102"]))
LEAVES = st.one_of(
    st.fixed_dictionaries({"fact": NAMES, "op": st.sampled_from(["eq", "ne"]), "value": SCALARS}),
    st.fixed_dictionaries({"fact": NAMES, "op": st.sampled_from(["ge", "le"]), "value": NUMBERS}),
    st.fixed_dictionaries(
        {"fact": NAMES, "op": st.just("in"), "value": st.lists(SCALARS, min_size=1, max_size=4)}
    ),
)
PLAIN = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=4).map(lambda rules: {"all": rules}),
        st.lists(parts, min_size=1, max_size=4).map(lambda rules: {"any": rules}),
        parts.map(lambda rule: {"not": rule}),
    ),
    max_leaves=12,
).filter(lambda rule: _depth(rule) <= 8)
RULES = PLAIN.map(parse_rule)
TRUTH = {"eligible": 1, "unknown": 0, "not_eligible": -1}
# As facts come from elsewhere: what is no number at all must not end differently either.
FACTS = st.dictionaries(NAMES, st.one_of(SCALARS, st.sampled_from([float("nan"), float("inf")])))


def _depth(rule: dict[str, Any]) -> int:
    if "fact" in rule:
        return 0
    (inner,) = rule.values()
    return 1 + max(map(_depth, inner if isinstance(inner, list) else [inner]))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.none(), RULES), max_size=12), FACTS)
def test_all_items_of_one_citizen_end_as_each_alone(
    rules: list[Rule | None], facts: dict[str, Scalar]
) -> None:
    found = RuleMatrix(rules).standing(facts)
    alone = [evaluate(rule, facts) if rule else None for rule in rules]
    assert found.truth.tolist() == [TRUTH[one.verdict] if one else 0 for one in alone]
    assert found.met.tolist() == [one.met if one else 0 for one in alone]
    assert found.total.tolist() == [one.total if one else 0 for one in alone]


def test_equal_parts_are_told_apart_by_their_kind() -> None:
    one, yes = ({"fact": "children", "op": "eq", "value": value} for value in (1, True))
    found = RuleMatrix([parse_rule(one), parse_rule(yes)])
    assert found.standing({"children": 1}).truth.tolist() == [1, -1]
    assert found.standing({"children": True}).truth.tolist() == [-1, 1]
