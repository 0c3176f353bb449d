"""Groups questions in a process that kills itself before its n-th statement, or at its n-th commit."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event

from casework.groups import Grouper
from core.clock import FixedClock
from core.database.engine import open_engine
from tests.casework.conftest import Twin

DATABASE, KIND, POINT = sys.argv[1:4]
engine = open_engine(DATABASE)
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


grouper = Grouper(engine, Twin(), FixedClock(datetime(2026, 3, 3, tzinfo=UTC)))
while grouper.step(5).more:
    pass
