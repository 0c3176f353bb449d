"""The catalogue in each database there is to test on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock


@pytest.fixture
def writes(engine: Engine) -> CatalogueWrites:
    return CatalogueWrites(engine, FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))


@pytest.fixture
def reads(engine: Engine) -> CatalogueReads:
    return CatalogueReads(engine)
