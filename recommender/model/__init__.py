"""The trained ranking model: one artefact that scores with numpy alone, and its training."""

from recommender.model.artefact import load, save
from recommender.model.card import Card
from recommender.model.scoring import Model

__all__ = ["Card", "Model", "load", "save"]
