"""Trains by `recommender.model`: the one module of training that knows it. Fitting alone imports LightFM."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from recommender.model import Model, load, save
from recommender.model.features import Features, fact_features
from recommender.model.interactions import Interactions
from recommender.model.parameters import Parameters
from recommender.training.learned import Learned
from recommender.training.ports import Fitted


class FittedModel(Model):
    """A model that can be kept."""

    def artefact(self) -> bytes:
        """All of it as a file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.npz"
            save(self, path)
            return path.read_bytes()


def fit(learned: Learned, parameters: Mapping[str, float], version: str, check: Callable[[], None]) -> Fitted:
    """Implements `recommender.training.ports.Fit`."""
    from recommender.model.training import train

    made = train(
        Interactions(
            users=learned.users,
            items=learned.items,
            weights=learned.weights.astype("float32"),
            citizens=learned.citizens,
            item_ids=learned.catalogue.ids,
        ),
        Features.of(learned.catalogue.features),
        Features.of([fact_features(facts) for facts in learned.facts]),
        Parameters.from_json(parameters),
        lambda done, total: check(),
        version=version,
    )
    return FittedModel(made.parts, made.card)


def read(artefact: bytes) -> Model:
    """Implements `recommender.training.ports.Loader`.

    Raises:
        UnusableArtefact: It is no model, or not a whole one.
    """
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        file.write(artefact)
        file.flush()
        return load(Path(file.name))
