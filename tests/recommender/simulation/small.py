"""A small made-up city for tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Engine

from core.catalogue.models import Agency, Region, Status
from core.catalogue.writes import CatalogueWrites
from recommender.evaluation.guides import guide_of
from recommender.simulation.city import City, generate
from recommender.simulation.made import made_catalogue
from recommender.simulation.parameters import CityParameters

REGIONS = ("990101", "990102", "990103")


@cache
def small_city(citizens: int = 600, **changed: Any) -> City:
    """Of 60 made-up items."""
    return generate(made_catalogue(60, REGIONS), REGIONS, CityParameters(citizens=citizens, **changed))


def publish_demonstration(engine: Engine, size: int = 30) -> None:
    """A catalogue of made-up items that says of itself that it is a demonstration."""
    writes = CatalogueWrites(engine)
    writes.put_agency(Agency(external_id="a", name="示例部门", demo=True))
    for code in ("990100", *REGIONS):
        writes.put_region(Region(code=code, name=f"示例{code}", demo=True))
    for item in made_catalogue(size, REGIONS):
        writes.put(replace(guide_of(item), agency=None, demo=True), [], Status.PUBLISHED)
