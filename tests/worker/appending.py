"""A worker run as a program by tests: its one kind of job appends rows to a table, a part at a time.

`clumsy` jobs never look whether they should end.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from apps.worker.__main__ import work
from apps.worker.composition import assemble
from core.clock import SystemClock
from core.database.engine import open_engine
from core.errors import BadInput
from core.jobs.context import Context
from core.jobs.leases import Leases
from core.keys import ensure_keys
from core.logs import configure_logging
from core.settings import load_settings

APPEND = "test.append"
CLUMSY = "test.clumsy"
BAD = "test.bad"
_APPENDED = text("INSERT INTO appended VALUES (:job, :part, :fence)")


def append(context: Context) -> Mapping[str, Any]:
    """From where the job stood."""
    job = context.job
    total, pause_s = job.params["parts"], job.params["pause_s"]
    for part in range(job.done + 1, total + 1):
        with context.step(part, total, f"第 {part} 份") as connection:
            connection.execute(_APPENDED, {"job": job.id, "part": part, "fence": job.fence})
        time.sleep(pause_s)
    return {"parts": total}


def clumsy(context: Context) -> None:
    """Takes its time, then wants to write."""
    time.sleep(context.job.params["pause_s"])
    with context.step(1, 1) as connection:
        connection.execute(_APPENDED, {"job": context.job.id, "part": 1, "fence": context.job.fence})


def bad(context: Context) -> None:
    """Cannot be done, however often."""
    raise BadInput("x", public_message="参数不可用。")


def main() -> int:
    """Works until told to stop."""
    settings = load_settings()
    configure_logging("worker", settings.log_level)
    engine = open_engine(settings.database_url)
    leases = Leases(engine, SystemClock(), settings.worker_lease_s, pause_s=0.05)
    handlers = {APPEND: append, CLUMSY: clumsy, BAD: bad}
    work(assemble(settings, ensure_keys(settings.home), leases, handlers, ()), settings.worker_stop_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
