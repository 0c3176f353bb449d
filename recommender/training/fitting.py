"""Trains by `recommender.model`: the one module of training that knows it. Fitting alone imports LightFM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

from recommender.model import Model, load, save
from recommender.model.errors import TrainingFailed
from recommender.model.features import Features, fact_features
from recommender.model.interactions import Interactions
from recommender.model.parameters import Parameters
from recommender.training.learned import Learned
from recommender.training.models import Diverged
from recommender.training.ports import Fitted


class FittedModel(Model):
    """A model that can be kept."""

    def artefact(self) -> bytes:
        """All of it as a file."""
        return save(self)


def fit(learned: Learned, parameters: Mapping[str, float], version: str, check: Callable[[], None]) -> Fitted:
    """Implements `recommender.training.ports.Fit`."""
    try:
        made = _trained(learned, parameters, version, check)
    except TrainingFailed as error:
        raise Diverged(error.detail) from error
    return FittedModel(made.parts, made.card)


def _trained(
    learned: Learned, parameters: Mapping[str, float], version: str, check: Callable[[], None]
) -> Model:
    from recommender.model.training import train

    return train(
        Interactions(
            users=learned.users,
            items=learned.items,
            weights=learned.weights.astype("float32"),
            citizens=learned.citizens,
            item_ids=learned.catalogue.ids,
        ),
        Features.of(learned.catalogue.features),
        Features.of([fact_features(facts) for facts in learned.facts]),
        _known(parameters),
        lambda done, total: check(),
        version=version,
    )


def _known(parameters: Mapping[str, float]) -> Parameters:
    # Those of the model in use may be an older version's.
    names = {field.name for field in fields(Parameters)}
    return Parameters.from_json({name: value for name, value in parameters.items() if name in names})


def read(artefact: bytes) -> Model:
    """Implements `recommender.training.ports.Loader`.

    Raises:
        UnusableArtefact: It is no model, or not a whole one.
    """
    return load(artefact)
