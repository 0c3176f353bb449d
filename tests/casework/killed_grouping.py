"""Groups questions in a process that kills itself before its n-th statement, or at its n-th commit."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from casework.groups import Grouper
from core.clock import FixedClock
from core.database.engine import open_engine
from tests.casework.conftest import Twin
from tests.killing import dies_at

DATABASE, KIND, POINT = sys.argv[1:4]
engine = open_engine(DATABASE)
dies_at(engine, KIND, int(POINT))
grouper = Grouper(engine, Twin(), FixedClock(datetime(2026, 3, 3, tzinfo=UTC)))
while grouper.step(5).more:
    pass
