"""Points in groups: alike together, whatever the order and the batches; bounded; taken apart and together
again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.partitions import agreement
from casework.grouping import Grouping, Part, Points, Thresholds, points_of, titled
from casework.grouping.assigning import MOST_PARTS_OF_ONE
from tests.effort import loops

DIMENSION = 48


def around(middles: int, each: int, spread: float, seed: int = 0) -> tuple[Points, list[int]]:
    """Points around so many middles, and which they are of, mixed."""
    chance = np.random.default_rng(seed)
    centres = np.linalg.qr(chance.standard_normal((DIMENSION, middles)))[0].T.astype(np.float32)
    of = chance.permutation(np.repeat(np.arange(middles), each))
    noise = chance.standard_normal((len(of), DIMENSION)).astype(np.float32) * spread / DIMENSION**0.5
    return points_of(centres[of] + noise, np.zeros(DIMENSION, dtype=np.float32)), of.tolist()


def groups_of(
    points: Points, batches: Sequence[int] = (10_000,), **options: int
) -> tuple[Grouping, list[int]]:
    """The group of each point, after groups were made anew."""
    grouping = Grouping(DIMENSION)
    placed = []
    start = 0
    for size in batches:
        some = points[start : start + size]
        placed += grouping.assign(some, [str(start + place) for place in range(len(some))])
        start += size
    parts = grouping.changes()
    moved = grouping.regroup()
    again = grouping.changes()
    now = [again.now(parts.now(one)) for one in placed]
    group_of = {part.id: part.group for group in grouping.groups() for part in grouping.of_group(group)}
    assert set(moved) <= {one.part for one in placed} | set(group_of)
    return grouping, [group_of.get(one.part, -1) for one in now]


def test_what_is_alike_is_together() -> None:
    points, of = around(8, 20, 0.7)
    _, found = groups_of(points)
    assert agreement(of, found).f1() == 1.0


@pytest.mark.parametrize("seed", range(6))
def test_order_changes_little(seed: int) -> None:
    points, of = around(8, 20, 1.1)
    order = np.random.default_rng(seed).permutation(len(points))
    _, found = groups_of(points[order])
    assert agreement([of[place] for place in order], found).f1() > 0.9


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_batches_change_nothing(sizes: list[int]) -> None:
    points, _ = around(5, 20, 1.2)
    _, whole = groups_of(points)
    _, cut = groups_of(points, [*sizes, 1000])
    assert cut == whole


def test_a_grouping_that_is_read_again_goes_on_alike() -> None:
    points, _ = around(6, 20, 1.2)
    names = [str(place) for place in range(len(points))]
    one = Grouping(DIMENSION)
    one.assign(points[:60], names[:60])
    kept = [part for group in one.groups() for part in one.of_group(group)]
    kept.sort(key=lambda part: part.id)
    other = Grouping(DIMENSION, kept, next_part=one.next_part, next_group=one.next_group)
    assert one.assign(points[60:], names[60:]) == other.assign(points[60:], names[60:])
    assert one.regroup() == other.regroup()


def test_groups_that_turn_out_to_be_one_are_joined() -> None:
    chance = np.random.default_rng(1)
    left, right = np.linalg.qr(chance.standard_normal((DIMENSION, 2)))[0].T.astype(np.float32)
    # Two ends that are not alike, and then much of what lies between them.
    between = [left + right + 0.2 * chance.standard_normal(DIMENSION) / 7 for _ in range(20)]
    points = points_of(np.array([left, right, *between], dtype=np.float32), np.zeros(DIMENSION, np.float32))
    grouping = Grouping(DIMENSION)
    placed = grouping.assign(points, ["" for _ in points])
    assert placed[0].group != placed[1].group
    grouping.regroup()
    assert len(grouping.groups()) == 1


def test_a_chain_is_taken_apart() -> None:
    points, of = around(2, 10, 0.5)
    names = [str(place) for place in range(len(points))]
    loose = Grouping(DIMENSION, thresholds=Thresholds(joins=-1.0, alike=0.42, together=0.32))
    assert len({one.group for one in loose.assign(points, names)}) == 1
    moved = loose.regroup()
    assert len(loose.groups()) == 2
    assert set(moved.values()).isdisjoint({1})
    assert sorted(sum(part.count for part in loose.of_group(group)) for group in loose.groups()) == [10, 10]
    assert of.count(0) == 10


def test_frozen_groups_stay_whole_and_apart() -> None:
    points, _ = around(1, 30, 0.6)
    strict = Thresholds(joins=2.0)
    grouping = Grouping(DIMENSION, thresholds=strict)
    grouping.assign(points, ["" for _ in points])
    grouping.regroup(frozen={1, 2})
    assert sorted(grouping.groups()) == [1, 2]


def test_a_group_keeps_its_number_with_most_of_its_questions() -> None:
    points, _ = around(4, 15, 0.7)
    grouping = Grouping(DIMENSION)
    grouping.assign(points, ["" for _ in points])
    grouping.regroup()
    before = sorted(grouping.groups())
    assert grouping.regroup() == {}
    assert sorted(grouping.groups()) == before


def test_parts_of_a_group_are_bounded() -> None:
    points, _ = around(1, 300, 2.5)
    grouping = Grouping(DIMENSION, thresholds=Thresholds(joins=-1.0, alike=0.9))
    grouping.assign(points, ["" for _ in points])
    (group,) = grouping.groups()
    parts = grouping.of_group(group)
    assert len(parts) == MOST_PARTS_OF_ONE
    assert sum(part.count for part in parts) == 300
    total = np.sum([part.total for part in parts], axis=0)
    np.testing.assert_allclose(total, points.sum(axis=0), atol=1e-3)


def test_all_parts_are_bounded_and_those_touched_longest_ago_retire() -> None:
    chance = np.random.default_rng(2)
    drawn = chance.standard_normal((2000, DIMENSION)).astype(np.float32)
    points = points_of(drawn, np.zeros(DIMENSION, dtype=np.float32))
    grouping = Grouping(DIMENSION, most_parts=200, thresholds=Thresholds(joins=2.0))
    placed = grouping.assign(points, ["" for _ in points])
    assert len(grouping) <= 200
    changes = grouping.changes()
    assert changes.now(placed[0]).part == 0
    assert changes.now(placed[-1]).part == placed[-1].part


def test_title_is_of_the_most_central_example() -> None:
    points, _ = around(1, 3, 0.5)
    parts = [Part(place, 1, 1, point, f"q{place}", point, place) for place, point in enumerate(points)]
    likeness = points @ points.sum(axis=0)
    assert titled(parts) == f"q{int(likeness.argmax())}"


def test_work_grows_with_groups_not_with_questions() -> None:
    few, _ = around(4, 50, 0.7)
    many, _ = around(4, 2000, 0.7)

    def group(points: Points) -> None:
        Grouping(DIMENSION).assign(points, [""] * len(points))

    # Forty times as many questions of the same groups: not much more than forty times the work.
    assert loops(lambda: group(many)) < 120 * max(loops(lambda: group(few)), 1.0)
