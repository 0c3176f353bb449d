"""Retention run as a program by tests, in small batches, so that it can be killed within."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from apps.retained import retained
from apps.worker.retention import Retention
from core.clock import FixedClock
from core.database.engine import open_engine, writing
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from core.settings import Settings
from tests.worker.working import work_off


def main(url: str, home: str, instant: str) -> None:
    """One job, as the worker would do it at that instant."""
    engine, clock = open_engine(url), FixedClock(datetime.fromisoformat(instant))
    with writing(engine) as connection:
        enqueue(connection, Kind.RETENTION, {}, by="@schedule", now=clock.now())
    rules = retained(Settings(_env_file=None, home=Path(home)))
    work_off(engine, clock, {Kind.RETENTION: Retention(engine, clock, rules, batch=2)})


if __name__ == "__main__":
    main(*sys.argv[1:])
