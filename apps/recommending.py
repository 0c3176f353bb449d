"""The recommender's training and its model in use, put together alike for every process."""

from __future__ import annotations

from sqlalchemy import Engine

from core.clock import Clock
from core.settings import Settings
from recommender.interactions.weights import InteractionWeights
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
        weights=InteractionWeights(settings.interaction_weights, settings.interaction_half_lives),
        sources=SOURCES,
        embedder=embedder,
        window_days=settings.recommender_window_days,
    )
    return Training(engine, clock, recipe)


def model_in_use(settings: Settings, engine: Engine, clock: Clock) -> ModelInUse:
    """What serves; needs numpy only."""
    return ModelInUse(engine, clock, read, days=settings.recommender_model_days)
