"""What tests do in the worker's place."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from sqlalchemy import Engine

from apps.worker.publishing import Publishing
from core.clock import Clock
from core.jobs.handlers import Handler
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.jobs.running import Runner
from staff.runner import CommandRunner


def work_off(engine: Engine, clock: Clock, handlers: Mapping[str, Handler]) -> list[str]:
    """Runs what is due now, as a worker would; the states that the runs ended in."""
    leases = Leases(engine, clock)
    runner = Runner(leases, handlers, threading.Event(), lease_s=60)
    ended = []
    while job := leases.claim(runner.kinds):
        ended.append(runner.run(job))
    return ended


def publish_due(engine: Engine, clock: Clock, commands: CommandRunner) -> int:
    """Publishes what its hour has come for; how many jobs were put in."""
    publishing = Publishing(engine, clock, commands)
    due = publishing.put_in_due()
    work_off(engine, clock, {Kind.PUBLISH: publishing})
    return due
