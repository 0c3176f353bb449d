"""A city over each database there is to test on."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.recommender.cities import City


@pytest.fixture
def city(engine: Engine) -> City:
    """Three items of one theme, three of another."""
    made = City(engine)
    for number in range(1, 7):
        made.publish(number, theme="户籍" if number < 4 else "医保")
    return made
