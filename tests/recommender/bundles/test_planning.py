"""Steps of a bundle in order, and where each stands."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recommender.bundles.models import StepState
from recommender.bundles.planning import plan
from tests.recommender.bundles.drawn import bundle, bundles, item, shown_items, step

ABC = {name: item(name) for name in "abc"}
MARRIED = {"fact": "married", "op": "eq", "value": True}
FACTS: Any = st.fixed_dictionaries({}, optional={"married": st.booleans(), "age": st.integers(0, 90)})


def states(*args: Any, **options: Any) -> dict[str, str]:
    return {one.item.external_id: one.state.value for one in plan(*args, **options)}


def test_a_step_waits_until_what_comes_before_is_done() -> None:
    one = bundle(step("a"), step("b", "a"), step("c", "b"))
    assert states(one, ABC, {}) == {"a": "ready", "b": "waits", "c": "waits"}
    assert states(one, ABC, {}, {"a"}) == {"a": "done", "b": "ready", "c": "waits"}


def test_a_waiting_step_says_what_comes_first() -> None:
    waiting = plan(bundle(step("a"), step("b"), step("c", "a", "b")), ABC, {})[-1]
    assert waiting.reason == "先办“事项a”“事项b”。"


def test_of_optional_steps_one_is_enough() -> None:
    one = bundle(step("a", optional=True), step("b", optional=True), step("c", "a", "b"))
    assert plan(one, ABC, {})[-1].reason == "先办“事项a”或者“事项b”。"
    assert states(one, ABC, {}, {"b"})["c"] == "ready"


def test_an_optional_step_holds_nothing_up_beside_a_necessary_one() -> None:
    one = bundle(step("a", optional=True), step("b"), step("c", "a", "b"))
    assert states(one, ABC, {}, {"b"})["c"] == "ready"


def test_a_step_for_others_is_not_needed_and_says_why() -> None:
    one = bundle(step("a", when=MARRIED), step("b", "a"), step("c"))
    found = {each.item.external_id: each for each in plan(one, ABC, {"married": False})}
    assert found["a"].state is StepState.NOT_NEEDED
    assert found["a"].reason == "按您说的情况不用办：这一步需要已婚。"
    assert found["b"].state is StepState.READY


def test_a_step_of_which_it_is_unknown_whether_it_is_needed_says_for_whom_it_is() -> None:
    one = bundle(step("a", when=MARRIED, note="带结婚证。"), step("b"))
    assert plan(one, ABC, {})[0].note == "不是人人要办：需要已婚。带结婚证。"


def test_who_is_not_eligible_reads_the_condition() -> None:
    items = {**ABC, "a": item("a", eligibility={"fact": "age", "op": "ge", "value": 80})}
    found = plan(bundle(step("a"), step("b")), items, {"age": 60})[0]
    assert found.state is StepState.NOT_ELIGIBLE
    assert "需要年满80周岁" in found.reason


def test_what_waits_for_a_step_whose_conditions_are_not_met_waits_on_and_says_why() -> None:
    items = {**ABC, "a": item("a", eligibility={"fact": "age", "op": "ge", "value": 80})}
    found = plan(bundle(step("a"), step("b", "a"), step("c", "b")), items, {"age": 60})
    assert [(one.state.value, one.after) for one in found] == [
        ("not_eligible", ()), ("waits", ("a",)), ("waits", ("b",))
    ]  # fmt: skip
    assert found[1].reason == "先办“事项a”。按您说的情况，“事项a”暂不符合条件。"
    assert states(bundle(step("a"), step("b", "a")), items, {"age": 60}, {"a"}) == {"a": "done", "b": "ready"}


def test_of_optional_steps_that_is_named_whose_conditions_are_met() -> None:
    items = {**ABC, "a": item("a", eligibility={"fact": "age", "op": "ge", "value": 80})}
    one = bundle(step("a", optional=True), step("b", optional=True), step("c", "a", "b"))
    assert plan(one, items, {"age": 60})[-1].reason == "先办“事项b”。"
    assert states(one, items, {"age": 60}, {"b"})["c"] == "ready"


def test_whoever_need_not_do_a_step_is_not_told_its_conditions() -> None:
    items = {**ABC, "a": item("a", eligibility={"fact": "age", "op": "ge", "value": 80})}
    one = bundle(step("a", when=MARRIED), step("b", "a"))
    assert states(one, items, {"married": False, "age": 60}) == {"a": "not_needed", "b": "ready"}


def test_what_the_event_changes_rules_no_step_out() -> None:
    items = {**ABC, "a": item("a", eligibility=MARRIED)}
    one = bundle(step("a"), step("b"), leaves_open=["married"])
    assert states(one, items, {"married": False})["a"] == "ready"


def test_what_hangs_on_a_step_that_is_not_shown_waits_for_what_that_waits_for() -> None:
    one = bundle(step("a"), step("b", "a"), step("c", "b"))
    shown = {name: ABC[name] for name in "ac"}
    assert [each.after for each in plan(one, shown, {})] == [(), ("a",)]


def test_steps_that_nothing_orders_stay_as_they_are_listed() -> None:
    one = bundle(step("c"), step("b", "a"), step("a"))
    assert [each.item.external_id for each in plan(one, ABC, {})] == ["c", "a", "b"]


@given(st.data())
def test_a_plan_is_in_order_and_holds_what_is_shown(data: st.DataObject) -> None:
    one = data.draw(bundles())
    items, facts = data.draw(shown_items(one)), data.draw(FACTS)
    steps = plan(one, items, facts)
    order = [each.item.external_id for each in steps]
    assert sorted(order) == sorted(items)
    for each in steps:
        assert all(order.index(before) < order.index(each.item.external_id) for before in each.after)


@given(st.data())
def test_whoever_does_what_is_ready_comes_to_the_end(data: st.DataObject) -> None:
    one = data.draw(bundles())
    items, facts = data.draw(shown_items(one)), data.draw(FACTS)
    done: set[str] = set()
    for _ in one.steps:
        found = plan(one, items, facts, done)
        done |= {each.item.external_id for each in found if each.state is StepState.READY}
    steps = plan(one, items, facts, done)
    barred = {each.item.external_id for each in steps if each.state is StepState.NOT_ELIGIBLE}
    for each in steps:
        if each.state is StepState.WAITS:
            assert barred.intersection(each.after)
            barred.add(each.item.external_id)
        else:
            assert each.state is not StepState.READY


@given(st.data())
def test_doing_a_step_takes_nothing_away(data: st.DataObject) -> None:
    one = data.draw(bundles())
    items, facts = data.draw(shown_items(one)), data.draw(FACTS)
    done = data.draw(st.sets(st.sampled_from([each.item for each in one.steps])))
    before, after = states(one, items, facts), states(one, items, facts, done)
    assert all(after[name] != "waits" for name, state in before.items() if state == "ready")
    assert all((after[name] == "done") is (name in done) for name in after)
