"""Training: what it is told, what it refuses, what comes out."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.errors import BadInput
from recommender.model import ease
from recommender.model.content import content
from recommender.model.errors import TrainingFailed
from recommender.model.features import Features, fact_features
from recommender.model.interactions import Interactions, strength
from recommender.model.parameters import Parameters
from recommender.model.training import train
from tests.recommender.model import made


def rows(**other: Any) -> Interactions:
    given: dict[str, Any] = {
        "users": np.array([0, 1]),
        "items": np.array([0, 1]),
        "weights": np.ones(2, np.float32),
        "citizens": 2,
        "item_ids": np.array([7, 8]),
    }
    return Interactions(**{**given, **other})


@pytest.mark.parametrize(
    "other",
    [
        {
            "users": np.array([], np.int64),
            "items": np.array([], np.int64),
            "weights": np.array([], np.float32),
        },
        {"weights": np.array([1, np.nan], np.float32)},
        {"weights": np.array([1, np.inf], np.float32)},
        {"weights": np.ones(3, np.float32)},
        {"users": np.array([0, 2])},
        {"users": np.array([0, -1])},
        {"items": np.array([0, 5])},
        {"item_ids": np.array([7, 7])},
        {"item_ids": np.array([], np.int64)},
    ],
)
def test_what_cannot_be_learned_from_is_refused(other: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="training"):
        rows(**other)


def test_only_dislikes_are_nothing_to_learn_from() -> None:
    with pytest.raises(BadInput, match="no interaction speaks"):
        train(rows(weights=np.array([-1, -1], np.float32)), parameters=made.QUICK)


def test_weights_of_a_pair_are_added_up_and_flattened() -> None:
    twice = rows(users=np.array([0, 0]), items=np.array([1, 1]), weights=np.array([1, 2], np.float32))
    users, items, strengths = twice.cells()
    assert (list(users), list(items), list(strengths)) == ([0], [1], [2.0])
    assert list(strength(np.array([-3.0, 0.0, 1.0]))) == [-2.0, 0.0, 1.0]


def test_features_of_another_number_of_rows_are_refused() -> None:
    with pytest.raises(BadInput, match="rows of features"):
        train(made.interactions(), Features.of([{}]), parameters=made.QUICK)


def test_a_feature_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadInput, match="feature"):
        Features.of([{"theme": float("nan")}])


def test_divergence_is_said_and_no_model_comes_out() -> None:
    wild = replace(made.QUICK, learning_rate=1e20, epochs=50)
    with pytest.raises(TrainingFailed, match="LightFM"):
        train(made.interactions(), parameters=wild)


def test_the_same_data_and_seed_give_the_same_model_whatever_the_workers() -> None:
    one, two = (train(made.interactions(), parameters=replace(made.QUICK, workers=n)) for n in (1, 2))
    assert (one.parts.vectors == two.parts.vectors).all()
    other = train(made.interactions(), parameters=replace(made.QUICK, seed=9))
    assert other.version != one.version


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    train(made.interactions(), parameters=made.QUICK, on_progress=lambda *step: told.append(step))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_the_card_tells_what_it_was_made_of() -> None:
    model = train(made.interactions(), parameters=made.QUICK)
    assert (model.card.citizens, model.card.items) == (made.CITIZENS, made.ITEMS)


def test_ease_is_the_closed_form() -> None:
    from scipy import sparse

    table = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], np.float64)
    found = ease.weights(sparse.csr_array(table), 2.0)
    assert list(np.diag(found)) == [0, 0, 0]
    # Each column is the ridge regression of that item on the others.
    gram = table.T @ table
    for item in range(3):
        others = [other for other in range(3) if other != item]
        solved = np.linalg.solve(gram[np.ix_(others, others)] + 2 * np.eye(2), gram[others, item])
        assert found[others, item] == pytest.approx(solved, abs=1e-5)


def test_of_each_row_the_weights_furthest_from_its_median_are_kept() -> None:
    rows = np.array([[0.1, 0.9, 0.1, 0.1, -0.5], [0.2, 0.2, 0.0, 0.3, 0.2]], np.float32)
    many = np.full(5, 1000, np.float32)
    kept = ease.kept_of(rows, many, replace(made.QUICK, ease_kept=2))
    assert kept["ease_columns"].tolist() == [[1, 4], [2, 3]]
    assert kept["ease_weights"] == pytest.approx(np.array([[0.8, -0.6], [-0.2, 0.1]]), abs=1e-6)
    assert kept["ease_borrowed"].shape == (2, 0)
    assert ease.kept_of(rows[:0], many, made.QUICK)["ease_weights"].shape == (0, 5)


def test_of_items_that_few_have_used_every_weight_is_kept() -> None:
    rows = np.array([[0.1, 0.9, 0.1, 0.12, -0.5]], np.float32)
    citizens = np.array([0, 1000, 1000, 1, 1000], np.float32)
    kept = ease.kept_of(rows, citizens, replace(made.QUICK, ease_kept=1))
    assert kept["ease_borrowers"].tolist() == [0, 3]
    assert kept["ease_borrowed"] == pytest.approx(np.array([[0.0, 0.02]]), abs=1e-6)
    assert kept["ease_columns"].tolist() == [[1]]
    nobody = ease.kept_of(rows, np.zeros(5, np.float32), made.QUICK)
    assert (nobody["ease_weights"].shape, nobody["ease_borrowed"].shape) == ((1, 0), (1, 5))


def test_the_item_matrix_is_bounded() -> None:
    model = train(made.interactions(), parameters=replace(made.QUICK, ease_items=4))
    parts = model.parts
    assert len(parts.ease_weights) == len(parts.ease_borrowed) == 4
    assert np.isfinite(model.scores([(made.item_id(0), 1.0)])).all()


def test_more_words_than_dimensions_are_brought_into_few() -> None:
    words = Features.of([{f"word={place}": 1.0, f"half={place % 2}": 5.0} for place in range(30)])
    few = content(words, 4)
    assert few.shape == (30, 4)
    assert few[0] @ few[2] > few[0] @ few[1]


def test_facts_have_the_same_names_everywhere() -> None:
    assert fact_features({"married": True, "district": "110101"}) == {
        "married=True": 1.0,
        "district=110101": 1.0,
    }
    assert fact_features({"age": 31}) == fact_features({"age": 34}) != fact_features({"age": 61})


def test_parameters_come_back_from_a_card() -> None:
    told = Parameters(epochs=7).as_json()
    assert Parameters.from_json(told) == Parameters(epochs=7)
    for wrong in ({"epoch": 7}, {"epochs": "7"}, {"epochs": True}):
        with pytest.raises(BadInput):
            Parameters.from_json(wrong)


def test_serving_loads_neither_lightfm_nor_scipy() -> None:
    code = "import sys, recommender.model; sys.exit(any(n in sys.modules for n in ('lightfm', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
