"""A town to train in, on each database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.recommender.training.town import Town


@pytest.fixture
def town(engine: Engine) -> Town:
    return Town(engine)
