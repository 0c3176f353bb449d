"""Measures, against figures worked out by hand and against a plain second way of computing them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from recommender.evaluation.metrics import mean_of, measure
from recommender.evaluation.resampling import interval


def flags(*rows: str) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.array([[mark == "x" for mark in row] for row in rows])


NOTHING = flags("....")


def test_figures_worked_out_by_hand() -> None:
    found = measure(np.array([[4.0, 3.0, 2.0, 1.0]]), flags("x.xx"), NOTHING, k=3).means()
    best = 1 + 1 / math.log2(3) + 0.5
    assert found["ndcg"] == pytest.approx((1 + 0.5) / best)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx(2 / 3)
    # Divided by all three that are relevant.
    assert found["map"] == pytest.approx((1 + 2 / 3) / 3)


def test_of_equal_scores_the_relevant_comes_last() -> None:
    assert measure(np.zeros((1, 4)), flags("x..."), NOTHING, k=3).means()["ndcg"] == 0
    assert measure(np.zeros((1, 4)), flags("x..."), NOTHING, k=4).means()["recall"] == 1


def test_what_was_there_before_takes_no_place() -> None:
    scores = np.array([[9.0, 8.0, 2.0, 1.0]])
    assert measure(scores, flags("..x."), flags("xx.."), k=1).means()["precision"] == 1


def test_citizens_with_nothing_to_find_do_not_count() -> None:
    found = measure(np.ones((2, 4)), flags("....", ".x.."), flags("....", "...."), k=4)
    assert list(found.citizens) == [1]


@pytest.mark.parametrize(
    ("scores", "relevant", "excluded"),
    [
        (np.full((1, 4), np.nan), flags("x..."), NOTHING),
        (np.ones((1, 4)), flags("...."), NOTHING),
        (np.ones((1, 4)), flags("x..."), flags("x...")),
    ],
)
def test_what_cannot_be_measured_is_refused(
    scores: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    relevant: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    excluded: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
) -> None:
    with pytest.raises(BadInput):
        measure(scores, relevant, excluded)


@given(
    scores=st.lists(st.integers(0, 5), min_size=6, max_size=6),
    relevant=st.lists(st.booleans(), min_size=6, max_size=6).filter(any),
    k=st.integers(1, 8),
)
def test_a_plain_way_gives_the_same(scores: list[int], relevant: list[bool], k: int) -> None:
    order = sorted(range(6), key=lambda item: (-scores[item], relevant[item]))[:k]
    hits = [relevant[item] for item in order]
    best = sum(1 / math.log2(place + 2) for place in range(min(sum(relevant), k)))
    found = measure(
        np.array([scores], np.float64), np.array([relevant]), np.zeros((1, 6), np.bool_), k
    ).means()
    gained = sum(hit / math.log2(place + 2) for place, hit in enumerate(hits))
    precisions = sum(hit * sum(hits[: place + 1]) / (place + 1) for place, hit in enumerate(hits))
    assert found["ndcg"] == pytest.approx(gained / best)
    assert found["precision"] == pytest.approx(sum(hits) / k)
    assert found["map"] == pytest.approx(precisions / sum(relevant))


def test_an_interval_holds_the_mean_and_narrows_with_more_citizens() -> None:
    values = np.random.default_rng(1).random(400)
    many, few = interval(values), interval(values[:25])
    assert many.low < many.value == values.mean() < many.high
    assert many.high - many.low < few.high - few.low
    assert interval(values) == many
    with pytest.raises(BadInput):
        interval(values[:0])


def test_several_trainings_are_averaged_for_each_citizen() -> None:
    good = measure(np.array([[1.0, 0, 0, 0]]), flags("x..."), NOTHING, k=1)
    bad = measure(np.array([[0, 1.0, 0, 0]]), flags("x..."), NOTHING, k=1)
    assert mean_of([good, bad]).means()["precision"] == 0.5
