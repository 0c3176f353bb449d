"""Workers as programs of their own over a real database, with a Valkey that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text

from apps.cli.processes import PROJECT, settings_environment
from apps.cli.valkey import server_binary, write_config
from core.clock import SystemClock
from core.database.engine import reading, writing
from core.jobs.messages import CeleryWaker
from core.jobs.models import OPEN, Job
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs
from core.keys import ensure_keys
from core.redis import redis_url
from core.settings import Settings
from tests.worker.appending import APPEND

PATIENCE_S = 60.0


def until(condition: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Polls a condition."""
    end = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Plant:
    """Workers, Valkey and a table that shows what was done."""

    def __init__(self, engine: Engine, url: str, home: Path) -> None:
        self.engine = engine
        self.jobs = Jobs(engine, SystemClock())
        self.settings = Settings(
            _env_file=None, home=home, database_url=url, redis_url=None, redis_port=free_port(),
            worker_port=free_port(), worker_poll_s=0.2, worker_lease_s=1.0, worker_stop_s=1.0,
        )  # fmt: skip
        self.keys = ensure_keys(home)
        self.output = home / "output"
        self._running: list[subprocess.Popen[bytes]] = []
        with writing(engine) as connection:
            connection.execute(text("CREATE TABLE appended (job INTEGER, part INTEGER, fence INTEGER)"))

    def start_valkey(self) -> subprocess.Popen[bytes]:
        configuration = write_config(self.settings, self.keys)
        started = self._start(str(server_binary()), str(configuration))
        until(lambda: _listens(self.settings.redis_port), "Valkey listens")
        return started

    def start_worker(self, module: str = "tests.worker.appending", **changed: str) -> subprocess.Popen[bytes]:
        """A worker; `changed` are variables. Every one but the first needs a port of its own."""
        env = {**os.environ, **settings_environment(self.settings), **changed}
        return self._start(sys.executable, "-m", module, env=env)

    def _start(self, *argv: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        with self.output.open("ab") as output:
            started = subprocess.Popen(argv, cwd=PROJECT, env=env, stdout=output, stderr=output)
        self._running.append(started)
        return started

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end_all(self) -> None:
        for process in self._running:
            if process.poll() is None:
                self.kill(process)
        with writing(self.engine) as connection:
            connection.execute(text("DROP TABLE appended"))

    def put(self, kind: str = APPEND, parts: int = 1, pause_s: float = 0.0) -> int:
        """A job without a message."""
        with writing(self.engine) as connection:
            return enqueue(
                connection, kind, {"parts": parts, "pause_s": pause_s},
                by="li", now=SystemClock().now(), most_attempts=10_000,
            )  # fmt: skip

    def waker(self) -> CeleryWaker:
        return CeleryWaker(redis_url(self.settings, self.keys))

    def one(self, number: int) -> Job:
        return self.jobs.one(number)

    def rest(self) -> None:
        """Waits until no job is open."""
        until(lambda: not any(self.jobs.counts()[state] for state in OPEN), "all jobs end", 100)

    def appended(self) -> list[tuple[int, int]]:
        with reading(self.engine) as connection:
            rows = connection.execute(text("SELECT job, part FROM appended ORDER BY job, part")).all()
        return [(row.job, row.part) for row in rows]

    def healthy(self) -> bool:
        try:
            return self.page("/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    def page(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.settings.worker_port}{path}", trust_env=False, timeout=5)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def plant(engine: Engine, migrated_url: str, tmp_path: Path) -> Iterator[Plant]:
    home = tmp_path / "plant"
    home.mkdir()
    made = Plant(engine, migrated_url, home)
    yield made
    made.end_all()
