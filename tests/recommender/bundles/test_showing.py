"""Which life events are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.bundles.showing import shown_by
from tests.recommender.bundles.drawn import bundle, item, step

BIRTH = bundle(
    step("zm"), step("hk"), step("sbk", optional=True),
    external_id="birth", name="出生", phrases=["孩子出生了", "刚生了宝宝"], life_events=["生育"],
)  # fmt: skip
DEATH = bundle(
    step("zx"), step("hk"),
    external_id="death", name="身后", phrases=["老人去世"], life_events=["亲人离世"], sensitive=True,
    shown_when={"fact": "age", "op": "ge", "value": 0},
)  # fmt: skip
RETIRED = bundle(
    step("tx"), step("rz"),
    external_id="tx", name="退休", shown_when={"fact": "age", "op": "ge", "value": 60},
)  # fmt: skip
ALL = [BIRTH, DEATH, RETIRED]


@pytest.mark.parametrize("text", ["我家孩子出生了要办啥", "孩子，出生了！", "孩子 出生 了"])
def test_words_show_an_event(text: str) -> None:
    assert shown_by(ALL, [text]) == [BIRTH]


@pytest.mark.parametrize("text", ["没孩子出生了", "如果孩子出生了", "居住证怎么办", "", "孩子"])
def test_other_words_show_none(text: str) -> None:
    assert shown_by(ALL, [text]) == []


def test_a_necessary_item_shows_the_event_that_its_guide_names() -> None:
    assert shown_by(ALL, items=[item("zm", life_events=["生育", "落户"])]) == [BIRTH]


def test_an_item_shows_nothing_where_it_may_mean_several_events_or_is_optional() -> None:
    assert shown_by(ALL, items=[item("hk", life_events=["生育", "亲人离世"])]) == []
    assert shown_by(ALL, items=[item("sbk", life_events=["生育"])]) == []
    assert shown_by(ALL, items=[item("zm", life_events=["就业"])]) == []


def test_told_facts_show_an_event_but_never_a_sensitive_one() -> None:
    assert shown_by(ALL, facts={"age": 61}) == [RETIRED]
    assert shown_by(ALL, facts={}) == []


def test_words_come_before_items_and_facts_and_nothing_twice() -> None:
    zm = item("zm", life_events=["生育"])
    assert shown_by(ALL, ["老人去世，孩子出生了"], [zm], {"age": 70}) == [BIRTH, DEATH, RETIRED]


@given(st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert {one.external_id for one in shown_by(ALL, [text])} <= {"birth", "death"}
