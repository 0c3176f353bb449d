"""The measurement: near-duplicates share a fold, and what is unsure is a question."""

from __future__ import annotations

import pytest

from evaluate_nlu import Example, macro_f1, near_duplicates


def test_near_duplicates_share_a_group_also_through_others() -> None:
    texts = [
        "我想问一下居住证怎么办理啊",
        "我想问一下居住证怎么办理啊。",
        "我想问一下居住证怎么办理啊呀",
        "护照多少钱",
    ]
    first, second, third, other = near_duplicates(texts)
    assert first == second == third != other


def test_texts_below_the_bound_stay_apart() -> None:
    # Two of four runs of three characters are the same: Jaccard .5.
    assert len(set(near_duplicates(["居住证怎么", "居住证怎样办"]))) == 2


def test_short_texts_are_the_same_only_where_they_are_equal() -> None:
    groups = near_duplicates(["好", "好！", "行"])
    assert groups[0] == groups[1] != groups[2]


def test_every_act_weighs_the_same() -> None:
    asked = [*[Example("…", "ask")] * 8, Example("…", "greet"), Example("…", "greet")]
    figures = macro_f1(asked, ["ask"] * 8 + ["greet", "ask"])
    assert figures["acts"] == {"ask": 0.941, "greet": 0.667}
    assert figures["macro_f1"] == pytest.approx((0.941 + 0.667) / 2, abs=0.001)
    assert (figures["accuracy"], figures["n"]) == (0.9, 10)


def test_what_is_unsure_counts_as_a_question() -> None:
    figures = macro_f1([Example("…", "ask"), Example("…", "ask_fee")], ["nlu_fallback", "nlu_fallback"])
    assert (figures["accuracy"], figures["unsure"]) == (0.5, 1.0)


def test_kinds_of_danger_are_one_where_the_file_tells_none_apart() -> None:
    assert macro_f1([Example("…", "urgent")], ["urgent_fire"])["macro_f1"] == 1.0
    assert macro_f1([Example("…", "urgent_fire")], ["urgent_medical"])["macro_f1"] == 0.0
