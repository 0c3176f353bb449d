"""Publishes a draft in a process that kills itself before its n-th statement, or around the commit."""

from __future__ import annotations

import os
import signal
import sys

from core.clock import SystemClock
from core.database.engine import open_engine
from knowledge_base.editing.commands import Editing
from staff.actors import Operator
from staff.runner import CommandRunner
from tests.killing import dies_at

DATABASE, MARK, POINT = sys.argv[1:4]
engine = open_engine(DATABASE)
if POINT == "commit":
    dies_at(engine, "commit", 1)
elif POINT.isdigit():
    dies_at(engine, "statement", int(POINT))
runner = CommandRunner(engine, SystemClock(), Editing().commands)
runner.run(Operator(), "content.publish", {"kind": "document", "external_id": "card", "mark": MARK})
if POINT == "after":
    os.kill(os.getpid(), signal.SIGKILL)
