"""The recommender's parts, training and serving, put together alike for every process."""

from __future__ import annotations

from sqlalchemy import Engine

from core.clock import Clock
from core.settings import Settings
from recommender.interactions.popularity import PopularItems
from recommender.interactions.weights import InteractionWeights
from recommender.profile.store import ProfileStore
from recommender.serving.opening import Parts, Serving, open_serving
from recommender.training.fitting import fit, read
from recommender.training.pointer import ModelInUse
from recommender.training.ports import Embedder
from recommender.training.recipe import Recipe
from recommender.training.sources import SOURCES
from recommender.training.training import Training


def training(settings: Settings, engine: Engine, clock: Clock, embedder: Embedder | None = None) -> Training:
    """What trains; texts of items are told by their words where no model gives vectors."""
    recipe = Recipe(
        fit=fit,
        read=read,
        weights=weights(settings),
        sources=SOURCES,
        embedder=embedder,
        window_days=settings.recommender_window_days,
        model_days=settings.recommender_model_days,
    )
    return Training(engine, clock, recipe)


def model_in_use(settings: Settings, engine: Engine, clock: Clock) -> ModelInUse:
    """What serves; needs numpy only."""
    return ModelInUse(engine, clock, read, days=settings.recommender_model_days)


def weights(settings: Settings) -> InteractionWeights:
    """How much an interaction says here."""
    return InteractionWeights(settings.interaction_weights, settings.interaction_half_lives)


def serving(settings: Settings, engine: Engine, clock: Clock) -> Serving:
    """What recommends to citizens."""
    parts = Parts(
        profiles=ProfileStore(engine, clock),
        popularity=PopularItems(engine),
        models=model_in_use(settings, engine, clock),
        weights=weights(settings),
    )
    return open_serving(engine, settings.recommender_sources, parts)
