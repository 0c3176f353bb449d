"""Puts serving together for the processes that recommend."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from recommender.ports import Models, Popularity, Profiles, Weights
from recommender.serving.items import PublishedItems
from recommender.serving.recipe import recipe
from recommender.serving.recommending import Recommender


@dataclass(frozen=True)
class Parts:
    """What serving rests on beside the catalogue."""

    profiles: Profiles
    popularity: Popularity
    models: Models
    weights: Weights


@dataclass(frozen=True)
class Serving:
    """Whom to recommend to, and who does it."""

    profiles: Profiles
    items: PublishedItems
    recommender: Recommender


def open_serving(engine: Engine, order: str, parts: Parts) -> Serving:
    """Serving over one database; nothing is read yet.

    Args:
        order: Names of the sources, separated by commas (`RECOMMENDER_SOURCES`).

    Raises:
        BadInput: A source is unknown, named twice or missing.
    """
    items = PublishedItems(engine)
    recommender = Recommender(
        items, parts.popularity, parts.models, parts.weights, recipe(order), items.region_name
    )
    return Serving(parts.profiles, items, recommender)
