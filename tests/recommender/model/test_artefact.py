"""A model's file: the same comes back, and nothing else is taken for a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.model import Model, load, save
from recommender.model.errors import UnusableArtefact
from tests.recommender.model.made import item_id


@pytest.fixture
def saved(model: Model, tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    save(model, path)
    return path


def test_the_same_scores_come_back(model: Model, saved: Path) -> None:
    history = [(item_id(1), 1.0), (item_id(8), 2.0)]
    back = load(saved)
    assert (back.scores(history) == model.scores(history)).all()
    assert back.card == model.card
    assert [path.name for path in saved.parent.iterdir()] == ["model.npz"]


@given(share=st.floats(0, 0.999))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_truncated_file_is_refused(saved: Path, share: float) -> None:
    whole = saved.read_bytes()
    cut = saved.with_name("cut.npz")
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UnusableArtefact):
        load(cut)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableArtefact, match="no model"):
        load(tmp_path / "nothing.npz")


def test_another_npz_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", numbers=np.arange(3))
    with pytest.raises(UnusableArtefact):
        load(tmp_path / "other.npz")


def test_pickled_objects_are_never_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", card=np.array([{"a": 1}], dtype=object))
    with pytest.raises(UnusableArtefact):
        load(tmp_path / "bad.npz")


@pytest.mark.parametrize("name", ["vectors", "ease", "popularity", "folded"])
def test_what_is_no_number_is_refused(model: Model, tmp_path: Path, name: str) -> None:
    spoilt = getattr(model.parts, name).copy()
    spoilt.flat[0] = np.nan
    save(Model(replace(model.parts, **{name: spoilt}), model.card), tmp_path / "nan.npz")
    with pytest.raises(UnusableArtefact, match=name):
        load(tmp_path / "nan.npz")


def test_sizes_that_do_not_fit_are_refused(model: Model, saved: Path) -> None:
    with np.load(saved) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["biases"] = arrays["biases"][:-1]
    np.savez(saved, allow_pickle=False, **arrays)
    with pytest.raises(UnusableArtefact, match="biases"):
        load(saved)


@pytest.mark.parametrize("spoil", [{"format": 2}, {"card": {}}, {"card": {"version": 1}}, {"facts": 3}])
def test_a_card_of_another_kind_is_refused(saved: Path, spoil: dict[str, object]) -> None:
    with np.load(saved) as stored:
        arrays = {name: stored[name] for name in stored.files}
    told = {**json.loads(arrays["card"].tobytes()), **spoil}
    arrays["card"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    np.savez(saved, allow_pickle=False, **arrays)
    with pytest.raises(UnusableArtefact):
        load(saved)
