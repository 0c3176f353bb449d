"""A small made-up city for tests."""

from __future__ import annotations

from functools import cache
from typing import Any

from recommender.simulation.city import City, generate
from recommender.simulation.made import made_catalogue
from recommender.simulation.parameters import CityParameters

REGIONS = ("990101", "990102", "990103")


@cache
def small_city(citizens: int = 600, **changed: Any) -> City:
    """Of 60 made-up items."""
    return generate(made_catalogue(60, REGIONS), REGIONS, CityParameters(citizens=citizens, **changed))
