"""Conversations in a database of their own, at a time that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.clock import FixedClock
from core.database.engine import open_engine
from core.database.migrate import migrate


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    migrate(opened)
    yield opened
    opened.dispose()
