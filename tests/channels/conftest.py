"""A time that stands still, and citizens who have agreed to notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from core.citizens.consents import Consents, Purpose
from core.clock import FixedClock

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def agree(engine: Engine, clock: FixedClock) -> Callable[..., None]:
    """Citizens agree to follow-ups and pushes, or to what is named."""

    def _agree(*citizens: str, to: tuple[Purpose, ...] = (Purpose.FOLLOWUP_NOTICE, Purpose.PUSH_WEB)) -> None:
        for one in citizens:
            Consents(engine, clock, "1").put(one, dict.fromkeys(to, True), "1")

    return _agree
