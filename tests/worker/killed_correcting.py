"""Sends a correction in a process that kills itself before its n-th statement, or at its n-th commit."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any

from sqlalchemy import event

import apps.worker.correcting
from core.clock import FixedClock
from core.database.engine import open_engine
from core.jobs.leases import Leases
from tests.casework.recalling import City

DATABASE, AT, KIND, POINT = sys.argv[1:5]
apps.worker.correcting._AT_ONCE = 3  # type: ignore[misc]
engine = open_engine(DATABASE)
clock = FixedClock(datetime.fromisoformat(AT))
Leases(engine, clock).sweep()
reached = 0


def reach(kind: str) -> None:
    global reached
    reached += kind == KIND
    if kind == KIND and reached == int(POINT):
        os.kill(os.getpid(), signal.SIGKILL)


@event.listens_for(engine, "before_cursor_execute")
def before(*_: Any) -> None:
    reach("statement")


@event.listens_for(engine, "commit")
def committing(_: Any) -> None:
    reach("commit")


City(engine, clock).work()
