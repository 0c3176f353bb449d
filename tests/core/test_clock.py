"""Clocks: instants in UTC, days in the city's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.clock import FixedClock, SystemClock


def test_day_turns_at_midnight_in_the_city() -> None:
    clock = FixedClock(datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
    assert clock.today() == date(2026, 3, 1)
    clock.move_to(datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
    assert clock.today() == date(2026, 3, 2)
    assert clock.now() == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def test_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        FixedClock(datetime(2026, 3, 1))  # noqa: DTZ001


def test_system_clock_tells_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
