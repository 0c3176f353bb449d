"""A model's bytes: the same comes back, and nothing else is taken for a model."""

from __future__ import annotations

import json
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.model import Model, load, save
from recommender.model.errors import UnusableArtefact
from recommender.training.fitting import FittedModel, read
from tests.recommender.model.made import item_id

Arrays = dict[str, Any]


@pytest.fixture
def saved(model: Model) -> bytes:
    return save(model)


def opened(artefact: bytes) -> Arrays:
    with np.load(BytesIO(artefact)) as stored:
        return {name: stored[name] for name in stored.files}


def packed(arrays: Arrays, *, allow_pickle: bool = False) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=allow_pickle, **arrays)
    return file.getvalue()


def test_the_same_scores_come_back(model: Model, saved: bytes) -> None:
    history = [(item_id(1), 1.0), (item_id(8), 2.0)]
    back = load(saved)
    assert (back.scores(history) == model.scores(history)).all()
    assert back.card == model.card


def test_nothing_is_written_to_a_disk(model: Model, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert read(FittedModel(model.parts, model.card).artefact()).card == model.card


@given(share=st.floats(0, 0.999))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_truncated_one_is_refused(saved: bytes, share: float) -> None:
    with pytest.raises(UnusableArtefact):
        load(saved[: int(len(saved) * share)])


def test_another_npz_is_refused() -> None:
    with pytest.raises(UnusableArtefact):
        load(packed({"numbers": np.arange(3)}))


def test_pickled_objects_are_never_opened() -> None:
    with pytest.raises(UnusableArtefact):
        load(packed({"card": np.array([{"a": 1}], dtype=object)}, allow_pickle=True))


@pytest.mark.parametrize("name", ["vectors", "ease_weights", "popularity", "folded"])
def test_what_is_no_number_is_refused(saved: bytes, name: str) -> None:
    arrays = opened(saved)
    arrays[name].flat[0] = np.nan
    with pytest.raises(UnusableArtefact, match=name):
        load(packed(arrays))


def test_sizes_that_do_not_fit_are_refused(saved: bytes) -> None:
    arrays = opened(saved)
    arrays["biases"] = arrays["biases"][:-1]
    with pytest.raises(UnusableArtefact, match="biases"):
        load(packed(arrays))


@pytest.mark.parametrize("name", ["ease_items", "ease_columns", "ease_borrowers"])
@pytest.mark.parametrize("place", [-1, 10_000])
def test_places_of_no_item_are_refused(saved: bytes, name: str, place: int) -> None:
    arrays = opened(saved)
    arrays[name].flat[0] = place
    with pytest.raises(UnusableArtefact, match=name):
        load(packed(arrays))


@pytest.mark.parametrize("spoil", [{"format": 1}, {"card": {}}, {"card": {"version": 1}}, {"facts": 3}])
def test_a_card_of_another_kind_is_refused(saved: bytes, spoil: dict[str, object]) -> None:
    arrays = opened(saved)
    told = {**json.loads(arrays["card"].tobytes()), **spoil}
    arrays["card"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    with pytest.raises(UnusableArtefact):
        load(packed(arrays))
