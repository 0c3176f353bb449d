"""What a training is made with: who fits, what is read, which parameters are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommender.ports import Weights
from recommender.training.ports import Embedder, Fit, Loader
from recommender.training.window import Sources

Parameters = Mapping[str, float]
# What is left out has its usual value, as chosen on other data.
GRID: Final[tuple[Parameters, ...]] = (
    {},
    {"components": 32, "learning_rate": 0.05, "epochs": 30},
    {"lightfm": 0.3, "ease": 0.7, "ease_penalty": 100.0},
    {"components": 32, "lightfm": 0.7, "ease": 0.3},
)


@dataclass(frozen=True)
class Recipe:
    """Everything that a training is told.

    Attributes:
        fit, read: Make a model, and read one back.
        weights: How much an interaction says.
        embedder: Gives vectors of items' texts; without one their words do.
        window_days: Days of interactions that are read.
        model_days: A model that is older serves nobody, and keeps no new one from doing so.
        grid: Parameters among which is chosen.
    """

    fit: Fit
    read: Loader
    weights: Weights
    sources: Sources
    embedder: Embedder | None = None
    window_days: int = 365
    model_days: int = 30
    grid: Sequence[Parameters] = GRID
