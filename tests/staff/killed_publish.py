"""Publishes a draft in a process that kills itself before its n-th statement, or around the commit."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from sqlalchemy import event

from core.clock import SystemClock
from core.database.engine import open_engine
from knowledge_base.editing.commands import Editing
from staff.actors import Operator
from staff.runner import CommandRunner

DATABASE, MARK, POINT = sys.argv[1:4]
engine = open_engine(DATABASE)
statements = 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@event.listens_for(engine, "before_cursor_execute")
def before(*_: Any) -> None:
    global statements
    statements += 1
    if str(statements) == POINT:
        die()


@event.listens_for(engine, "commit")
def committing(_: Any) -> None:
    if POINT == "commit":
        die()


runner = CommandRunner(engine, SystemClock(), Editing().commands)
runner.run(Operator(), "content.publish", {"kind": "document", "external_id": "card", "mark": MARK})
if POINT == "after":
    die()
