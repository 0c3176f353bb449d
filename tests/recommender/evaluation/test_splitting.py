"""Divisions into what is learned from and what is to be found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recommender.evaluation.splitting import by_item, first_half, held_back, newest


@given(items=st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_of_each_item_the_rounded_share_is_kept(items: list[int]) -> None:
    rows = np.array(items)
    kept = by_item(rows, 0.75, 42)
    for item in set(items):
        assert kept[rows == item].sum() == round(0.75 * items.count(item))


def test_the_draw_depends_on_the_seed_alone() -> None:
    rows = np.repeat(np.arange(5), 20)
    assert (by_item(rows, 0.75, 42) == by_item(rows, 0.75, 42)).all()
    assert (by_item(rows, 0.75, 42) != by_item(rows, 0.75, 43)).any()


def test_the_newest_are_those_whose_first_row_came_last() -> None:
    users = np.array([0, 0, 1, 1, 2, 2, 3, 4])
    times = np.array([1, 99, 5, 6, 3, 4, 2, 0], np.float64)
    assert list(newest(users, times, 0.4)) == [1, 2]


def test_the_earlier_half_is_by_time_and_rounded_down() -> None:
    users = np.array([0, 0, 0, 1, 1])
    times = np.array([3, 1, 2, 9, 8], np.float64)
    assert list(first_half(users, times)) == [False, True, False, False, True]


def test_held_back_items_are_a_fifth_each_once() -> None:
    drawn = held_back(50, 0.2, 42)
    assert len(set(drawn)) == len(drawn) == 10
    assert drawn.min() >= 0
    assert drawn.max() < 50
