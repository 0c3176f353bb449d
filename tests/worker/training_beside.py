"""A worker run as a program by tests: its training takes until it is told to end, its other jobs no time."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from apps.worker.__main__ import work
from apps.worker.composition import assemble
from core.clock import SystemClock
from core.database.engine import open_engine
from core.jobs.context import Context
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.keys import ensure_keys
from core.logs import configure_logging
from core.settings import load_settings
from tests.worker.appending import APPEND, append


def endless(context: Context) -> Mapping[str, Any]:
    """As a fit of many epochs."""
    context.progress(1, 4, "训练模型")
    while True:
        context.check()
        time.sleep(0.05)


def main() -> int:
    """Works until told to stop."""
    settings = load_settings()
    configure_logging("worker", settings.log_level)
    engine = open_engine(settings.database_url)
    leases = Leases(engine, SystemClock(), settings.worker_lease_s, pause_s=0.05)
    handlers = {APPEND: append, Kind.TRAIN.value: endless}
    work(assemble(settings, ensure_keys(settings.home), leases, handlers, ()), settings.worker_stop_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
