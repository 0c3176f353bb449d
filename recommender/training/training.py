"""One training: read, choose parameters, try on what came later, decide, learn from everything, keep, use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Engine, select

from core.catalogue.tables import catalogue_state
from core.clock import Clock
from core.database.engine import reading
from recommender.ports import Ranker, Weights
from recommender.training import kept
from recommender.training.deciding import LEAST_CITIZENS, Decision, decide
from recommender.training.holdout import Trial, end_of_training, trials
from recommender.training.items import learned_items, published_items, vectoriser
from recommender.training.measuring import by_model, by_popularity, ndcg, told
from recommender.training.models import Diverged, State, StoredModel, TooLittle, version_of
from recommender.training.ports import Embedder, Fit, Fitted, Loader, Run
from recommender.training.window import Sources, Window, read_window

log = logging.getLogger(__name__)
LEAST_INTERACTIONS: Final = 100
LEAST_ITEMS: Final = 5
TUNED_EVERY: Final = timedelta(days=7)
SEED: Final = 42
Parameters = Mapping[str, float]
# What is left out has its usual value, as chosen on other data.
GRID: Final[tuple[Parameters, ...]] = (
    {},
    {"components": 32, "learning_rate": 0.05, "epochs": 30},
    {"lightfm": 0.3, "ease": 0.7, "ease_penalty": 100.0},
    {"components": 32, "lightfm": 0.7, "ease": 0.3},
)
# One model of LightFM tells as much of parameters as the mean of several.
_QUICK: Final = {"seeds": 1}
