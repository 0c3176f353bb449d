"""Sends a correction in a process that kills itself before its n-th statement, or at its n-th commit."""

from __future__ import annotations

import sys
from datetime import datetime

import apps.worker.handing_out
from core.clock import FixedClock
from core.database.engine import open_engine
from core.jobs.leases import Leases
from tests.casework.recalling import City
from tests.killing import dies_at

DATABASE, AT, KIND, POINT = sys.argv[1:5]
apps.worker.handing_out.AT_ONCE = 3  # type: ignore[misc]
engine = open_engine(DATABASE)
clock = FixedClock(datetime.fromisoformat(AT))
Leases(engine, clock).sweep()
dies_at(engine, KIND, int(POINT))
City(engine, clock).work()
