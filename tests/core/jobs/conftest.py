"""Jobs on each database, at a time that a test moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from core.clock import FixedClock
from core.database.engine import writing
from core.jobs.leases import Leases
from core.jobs.models import Job
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KIND = "test.work"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def leases(engine: Engine, clock: FixedClock) -> Leases:
    return Leases(engine, clock, lease_s=60)


@pytest.fixture
def jobs(engine: Engine, clock: FixedClock) -> Jobs:
    return Jobs(engine, clock)


@pytest.fixture
def put(engine: Engine, clock: FixedClock) -> Callable[..., int]:
    """Puts a job in; its number."""

    def _put(kind: str = KIND, params: Any = None, **more: Any) -> int:
        with writing(engine) as connection:
            return enqueue(connection, kind, params or {}, by="li", now=clock.now(), **more)

    return _put


@pytest.fixture
def claim(leases: Leases) -> Callable[[], Job]:
    """The job that a worker gets now."""

    def _claim() -> Job:
        found = leases.claim([KIND])
        assert found is not None
        return found

    return _claim
