"""Which life events are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.bundles.showing import in_profile, shown_by
from tests.recommender.bundles.drawn import bundle, step

BIRTH = bundle(
    step("zm", shows=True), step("hk", shows=True), step("sbk", optional=True),
    external_id="birth", name="出生", phrases=["孩子出生了", "刚生了宝宝"], life_events=["生育"],
)  # fmt: skip
DEATH = bundle(
    step("zx", shows=True), step("hk", shows=True),
    external_id="death", name="身后", phrases=["老人去世"], life_events=["亲人离世"], sensitive=True,
    shown_when={"fact": "age", "op": "ge", "value": 0},
)  # fmt: skip
RETIRED = bundle(
    step("tx"), step("rz"),
    external_id="tx", name="退休", phrases=["要退休了"], shown_when={"fact": "age", "op": "ge", "value": 60},
)  # fmt: skip
JOBLESS = bundle(step("dj"), step("sl"), external_id="job", name="失业", phrases=["失业了", "被裁员了"])
MARRIED = bundle(step("jh"), step("qr"), external_id="jh", name="结婚", phrases=["准备结婚", "刚结婚"])
ALL = [BIRTH, DEATH, RETIRED, JOBLESS, MARRIED]


@pytest.mark.parametrize("text", ["我家孩子出生了要办啥", "孩子“出生”了！", "孩子 出生 了"])
def test_words_show_an_event(text: str) -> None:
    assert shown_by(ALL, [text]) == [BIRTH]


@pytest.mark.parametrize("text", ["居住证怎么办", "", "孩子", "生孩子。出生了", "孩子，出生了"])
def test_other_words_show_none(text: str) -> None:
    assert shown_by(ALL, [text]) == []


@pytest.mark.parametrize(
    "text",
    [
        "没孩子出生了", "我没有被裁员了", "我不是失业了", "还没失业了", "别失业了",
        "如果孩子出生了", "要是哪天失业了", "万一失业了怎么办", "万一，我失业了，社保咋办", "一旦失业了",
        "怕失业了没饭吃", "担心自己失业了", "将来失业了", "什么情况下算失业了",
        "失业了吗", "我算失业了没有", "失业了的话能领多少", "被裁员了没",
        "老人去世前立的遗嘱", "老人去世之前要公证吗", "刚结婚证丢了", "可能失业了", "会不会失业了",
        "需要退休了才能领吗", "必须要退休了吗",
    ],
)  # fmt: skip
def test_what_has_not_happened_shows_none(text: str) -> None:
    assert shown_by(ALL, [text]) == []


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("我特别准备结婚", MARRIED), ("我们分别准备结婚", MARRIED), ("不知道，我失业了", JOBLESS),
        ("没钱，失业了", JOBLESS), ("失业了怎么办", JOBLESS), ("失业了么办", JOBLESS),
        ("失业了，能领钱吗", JOBLESS),
        ("老人去世前几天还好好的", DEATH), ("以后再说。我失业了", JOBLESS), ("上个月失业了没收入", JOBLESS),
        ("如果可以请告诉我。孩子出生了", BIRTH), ("没结婚证，孩子出生了", BIRTH),
        ("没失业了，是孩子出生了", BIRTH),
        ("若干年前的事，现在失业了", JOBLESS), ("打预防针，孩子出生了", BIRTH),
    ],
)  # fmt: skip
def test_what_is_denied_elsewhere_denies_nothing(text: str, event: object) -> None:
    assert shown_by(ALL, [text]) == [event]


def test_an_item_shows_the_event_where_the_bundle_says_so() -> None:
    assert shown_by(ALL, items=["zm"]) == [BIRTH]


def test_an_item_shows_nothing_where_it_shows_several_events_or_none() -> None:
    assert shown_by(ALL, items=["hk"]) == []
    assert shown_by(ALL, items=["sbk"]) == []
    assert shown_by(ALL, items=["none"]) == []


def test_an_item_shows_nothing_where_the_words_speak_of_what_may_come() -> None:
    assert shown_by(ALL, ["万一孩子生在外地，出生证在哪办"], ["zm"]) == []


def test_words_come_before_items_and_nothing_twice() -> None:
    assert shown_by(ALL, ["老人去世，孩子出生了"], ["zm"]) == [BIRTH, DEATH]
    assert shown_by(ALL, ["老人去世了"], ["zm"]) == [DEATH, BIRTH]


@pytest.mark.parametrize("event", ["出生", "生育", "生孩子"])
def test_a_told_event_shows_it_under_any_of_its_names(event: str) -> None:
    assert [one for one in ALL if in_profile(one, [event], {})] == [BIRTH]


def test_told_facts_show_an_event_and_nothing_shows_a_sensitive_one() -> None:
    assert [one for one in ALL if in_profile(one, ["亲人离世"], {"age": 61})] == [RETIRED]
    assert [one for one in ALL if in_profile(one, [], {})] == []


@given(st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert {one.external_id for one in shown_by(ALL, [text])} <= {one.external_id for one in ALL}
