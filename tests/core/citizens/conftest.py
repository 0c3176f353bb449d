"""A time that stands still; the stores are tested in each database there is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
