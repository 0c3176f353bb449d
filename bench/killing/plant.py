"""A worker and Redis of their own, as the supervisor starts them, which can be killed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from apps.cli.processes import child_environment
from apps.cli.valkey import server_binary, write_config
from bench.running import PROJECT
from core.clock import SystemClock
from core.database.engine import open_engine
from core.database.migrate import migrate
from core.jobs.messages import CeleryWaker
from core.jobs.models import Job
from core.jobs.reads import Jobs
from core.keys import Keys, ensure_keys
from core.redis import redis_url
from core.settings import Settings

# So that a job that a dead worker held is taken back soon; nothing else differs from an installation.
_LEASE_S: Final = 2.0
_PATIENCE_S: Final = 300.0
VICTIMS: Final = ("worker", "redis")


@dataclass
class Plant:
    """An installation as far as background jobs need it."""

    settings: Settings
    keys: Keys
    engine: Engine
    clock: SystemClock
    output: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.engine, self.clock)
        self.waker = CeleryWaker(redis_url(self.settings, self.keys))

    def start(self, victim: str) -> None:
        """Starts what is not there."""
        if victim == "worker":
            command = [sys.executable, "-m", "apps.worker"]
        else:
            command = [str(server_binary()), str(write_config(self.settings, self.keys))]
        env = child_environment(self.settings)
        with self.output.open("ab") as output:
            self.running[victim] = subprocess.Popen(
                command, cwd=PROJECT, env=env, stdout=output, stderr=output
            )

    def kill(self, victim: str) -> None:
        """SIGKILL: it has no time for anything."""
        process = self.running.pop(victim)
        process.kill()
        process.wait()

    def job(self, number: int) -> Job:
        """A job as it stands."""
        return self.jobs.one(number)

    def end(self) -> None:
        """Ends what runs."""
        for victim in list(self.running):
            self.kill(victim)
        self.waker.close()
        self.engine.dispose()


@contextmanager
def planted(url: str, home: Path) -> Iterator[Plant]:
    """A migrated database with a worker and Redis at work."""
    redis_port, worker_port = _free_ports(2)
    settings = Settings(
        _env_file=None, home=home, database_url=url, redis_url=None, redis_port=redis_port,
        worker_port=worker_port, worker_lease_s=_LEASE_S,
    )  # fmt: skip
    engine = open_engine(url)
    migrate(engine)
    made = Plant(settings, ensure_keys(home), engine, SystemClock(settings.zone), home / "output")
    try:
        for victim in reversed(VICTIMS):
            made.start(victim)
        yield made
    finally:
        made.end()


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Polls a condition.

    Raises:
        TimeoutError: It does not come true.
    """
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.005)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in held]
