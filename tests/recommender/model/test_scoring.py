"""What a trained model says of citizens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.model import Model
from recommender.model.blend import known, standardise
from recommender.model.choosing import top_k
from recommender.model.parts import Parts
from recommender.ports import Ranker
from tests.recommender.model.made import ITEMS, UNUSED, item_id

FIRST, SECOND = range(6), range(6, UNUSED)
entries = st.tuples(st.integers(90, 200), st.floats(-5, 20, allow_nan=False))
told = st.lists(entries, max_size=15)
same_model = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ids(places: range) -> set[int]:
    return {item_id(place) for place in places}


def with_rows(model: Model, count: int) -> Model:
    """Of which some of the items have no row in EASE."""
    parts = model.parts
    tables = ("ease_weights", "ease_columns", "ease_borrowed", "ease_items")
    some = {name: getattr(parts, name)[:count] for name in tables}
    return Model(replace(parts, **some), model.card)


def rows_of(parts: Parts) -> NDArray[np.float32]:
    """(e, n): all weights, the mean of each row taken off."""
    rows = np.zeros((len(parts.ease_items), ITEMS), np.float32)
    np.put_along_axis(rows, parts.ease_columns, parts.ease_weights, axis=1)
    rows[:, parts.ease_borrowers] = parts.ease_borrowed
    centred: NDArray[np.float32] = rows - rows.mean(axis=1, keepdims=True)
    return centred


def test_it_is_what_serving_asks_for(model: Model) -> None:
    ranker: Ranker = model
    assert ranker.version == "made"
    assert len(ranker.item_ids) == ITEMS


def test_a_taste_is_recognised_from_two_items(model: Model) -> None:
    best, _ = model.top(model.histories([[(item_id(0), 1.0), (item_id(1), 1.0)]]), 3)
    assert set(best[0]) <= ids(FIRST) | {item_id(UNUSED)}


def test_another_history_is_felt_at_once(model: Model) -> None:
    before = model.scores([(item_id(0), 1.0)])
    after = model.scores([(item_id(0), 1.0), (item_id(7), 8.0)])
    assert after[8] > before[8]


def test_nothing_known_gives_the_order_of_popularity(model: Model) -> None:
    scores = model.scores([])
    assert list(np.argsort(-scores, kind="stable")) == list(
        np.argsort(-model.parts.popularity, kind="stable")
    )


def test_an_unknown_item_changes_nothing(model: Model) -> None:
    known = [(item_id(2), 1.0)]
    assert (model.scores([*known, (5, 3.0)]) == model.scores(known)).all()
    assert model.similar(5, 3) == []
    assert model.owed_to(known, [5]) == [[]]


def test_a_bad_rating_lowers_what_goes_with_it(model: Model) -> None:
    liked, disliked = ([(item_id(0), 1.0), (item_id(1), weight)] for weight in (5.0, -5.0))
    assert model.scores(disliked)[1] < model.scores(liked)[1]


def test_a_told_fact_counts_without_a_history(model: Model) -> None:
    parts = replace(model.parts, fact_names=("married=True", "married=False"))
    knowing = Model(parts, model.card)
    married, single = (knowing.scores([], {"married": value}) for value in (True, False))
    assert (married != single).any()
    assert (knowing.scores([], {"retired": True}) == knowing.scores([])).all()


def test_an_item_nobody_used_is_offered_to_those_of_its_tags(model: Model) -> None:
    of_first = model.scores([(item_id(place), 1.0) for place in (0, 1, 2)])
    of_second = model.scores([(item_id(place), 1.0) for place in (6, 7, 8)])
    place = list(model.item_ids).index(item_id(UNUSED))
    assert of_first[place] > of_first[list(SECOND)].mean()
    assert of_second[place] < of_second[list(SECOND)].min()


def test_items_go_with_their_own_half(model: Model) -> None:
    assert {item for item, _ in model.similar(item_id(7), 4)} == ids(SECOND) - {item_id(7)}
    assert item_id(7) not in [item for item, _ in model.similar(item_id(7), ITEMS)]


def test_a_score_is_owed_to_what_goes_with_it(model: Model) -> None:
    (owed,) = model.owed_to([(item_id(0), 1.0), (item_id(6), 1.0)], [item_id(1)])
    assert owed[0][0] == item_id(0)
    assert item_id(6) not in [item for item, _ in owed]


@given(histories=st.lists(told, min_size=1, max_size=40), ease_items=st.integers(0, ITEMS))
@same_model
def test_ease_adds_its_rows_summed_and_standardised_for_each_citizen(
    model: Model, histories: list[list[tuple[int, float]]], ease_items: int
) -> None:
    some = with_rows(model, ease_items)
    parameters = replace(model.card.parameters, ease=0.0)
    without = Model(some.parts, replace(model.card, parameters=parameters))
    one, eased = some.histories(histories), rows_of(some.parts)
    expected, row_of = (
        without.batch(one),
        {place: row for row, place in enumerate(some.parts.ease_items.tolist())},
    )
    for citizen in range(len(one)):
        items, strengths = one.of(citizen)
        have = [number for number, place in enumerate(items.tolist()) if place in row_of]
        summed = np.dot(strengths[have], eased[[row_of[int(place)] for place in items[have]]])
        amount = np.abs(strengths).sum()
        if (square := np.dot(summed, summed)) > 1e-9:
            share = np.float32(model.card.parameters.ease) * amount / (amount + parameters.citizen_half)
            expected[citizen] += summed * share * np.sqrt(ITEMS / square)
    assert some.batch(one) == pytest.approx(expected, rel=1e-4, abs=1e-4)


@given(histories=st.lists(told, min_size=1, max_size=5))
@same_model
def test_a_citizen_gets_the_same_alone_and_in_a_batch(
    model: Model, histories: list[list[tuple[int, float]]]
) -> None:
    batch = model.batch(model.histories(histories))
    for row, history in zip(batch, histories, strict=True):
        assert np.isfinite(row).all()
        assert model.scores(history) == pytest.approx(row, abs=1e-4)


@given(history=told, shut=st.sets(st.integers(0, ITEMS - 1)), k=st.integers(0, 20))
@same_model
def test_what_is_excluded_never_comes(
    model: Model, history: list[tuple[int, float]], shut: set[int], k: int
) -> None:
    allowed = np.ones(ITEMS, np.bool_)
    allowed[list(shut)] = False
    best, scores = model.top(model.histories([history]), k, allowed=allowed)
    given_ids = [int(item) for item in best[0] if item >= 0]
    open_ids = {item_id(place) for place in range(ITEMS) if allowed[place]} - {item for item, _ in history}
    assert set(given_ids) <= open_ids
    assert len(given_ids) == min(k, len(open_ids))
    assert list(scores[0][: len(given_ids)]) == sorted(scores[0][: len(given_ids)], reverse=True)


def test_many_citizens_are_served_as_few_are(model: Model) -> None:
    histories = [[(item_id(number % 11), 1.0), (item_id(number % 5), 2.0)] for number in range(200)]
    best, _ = model.top(model.histories(histories), 3, repeat=True)
    alone = [model.top(model.histories([history]), 3, repeat=True)[0][0] for history in histories[::40]]
    assert (best[::40] == np.array(alone)).all()


def test_nobody_gets_an_empty_table(model: Model) -> None:
    assert model.top(model.histories([]), 3)[0].shape == (0, 3)


@given(
    rows=st.lists(st.lists(st.integers(-3, 3), min_size=7, max_size=7), min_size=1, max_size=4),
    k=st.integers(0, 9),
)
def test_the_best_few_are_those_of_a_whole_sort(rows: list[list[int]], k: int) -> None:
    scores = np.array(rows, np.float32)
    places, found = top_k(scores, k)
    assert (found == -np.sort(-scores, axis=1)[:, :k]).all()
    assert (np.take_along_axis(scores, places, axis=1) == found).all()


@pytest.mark.parametrize("with_row", [0, 5, ITEMS])
def test_what_goes_with_an_item_is_every_part_standardised_over_all_items(
    model: Model, with_row: int
) -> None:
    model = with_rows(model, with_row)
    parts, weights = model.parts, model.card.parameters
    rows = np.zeros((ITEMS, ITEMS), np.float32)
    rows[parts.ease_items] = rows_of(parts)
    cold = 1 - known(parts.citizens, weights.item_half)
    cold[cold <= 0.1] = 0
    links = weights.lightfm * standardise(parts.folded @ parts.vectors.T) + weights.ease * standardise(rows)
    links += weights.content * cold * standardise(parts.content @ parts.content.T)
    everything = [item_id(place) for place in range(ITEMS)]
    for place, item in enumerate(everything):
        similar = dict(model.similar(item, ITEMS))
        expected = {item_id(other): links[place, other] for other in range(ITEMS) if other != place}
        assert similar == pytest.approx(expected, abs=1e-4)
    history = [(item_id(0), 1.0), (item_id(6), 3.0), (item_id(UNUSED), 1.0)]
    strengths = {0: 1.0, 6: 2.0, UNUSED: 1.0}
    for other, owed in enumerate(model.owed_to(history, everything)):
        shares = {item_id(one): links[one, other] * strength for one, strength in strengths.items()}
        told = {item: share for item, share in shares.items() if share > 1e-3}
        assert {item: share for item, share in owed if share > 1e-3} == pytest.approx(told, abs=1e-4)
        assert [share for _, share in owed] == sorted((share for _, share in owed), reverse=True)
