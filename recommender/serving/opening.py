"""Puts serving together for the processes that recommend: the one place where its parts are chosen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from core.clock import Clock
from recommender.ports import Models, Popularity, Profiles, Weights
from recommender.serving.absent import EvenWeights, NobodyKnown, NoModel, NothingPopular
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


def open_parts(engine: Engine, clock: Clock) -> Parts:
    """The parts over one database."""
    return Parts(NobodyKnown(), NothingPopular(), NoModel(), EvenWeights())


def open_serving(engine: Engine, clock: Clock, order: str, parts: Parts | None = None) -> Serving:
    """Serving over one database; nothing is read yet.

    Args:
        order: Names of the sources, separated by commas (`RECOMMENDER_SOURCES`).

    Raises:
        BadInput: A source is unknown, named twice or missing.
    """
    parts = parts or open_parts(engine, clock)
    items = PublishedItems(engine)
    recommender = Recommender(
        items, parts.popularity, parts.models, parts.weights, recipe(order), items.region_name
    )
    return Serving(parts.profiles, items, recommender)
