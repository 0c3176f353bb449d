"""One small model for all tests here: it never changes."""

from __future__ import annotations

import pytest

from recommender.model import Model
from tests.recommender.model import made


@pytest.fixture(scope="session")
def model() -> Model:
    return made.model()
