"""A running small assistant, free ports and a private home for the command's tests."""

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

import psutil
import pytest

from apps.cli.leftovers import Running, read_record
from apps.cli.processes import PROJECT

PATIENCE_S = 20.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Poll until the condition holds; fail with `what` after a while."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.05)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SmallAssistant:
    """The supervisor with Valkey and web servers, as a program of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.web_port = free_port()
        self.redis_port = free_port()
        self.output = home.parent / f"{home.name}.output"
        self._started: list[subprocess.Popen[bytes]] = []

    @property
    def run_dir(self) -> Path:
        """Where lock and process list are."""
        return self.home / "run"

    @property
    def text(self) -> str:
        """All that was printed so far."""
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def environment(self) -> dict[str, str]:
        """Settings of this assistant."""
        return {
            **os.environ,
            "WEIZHENG_HOME": str(self.home),
            "REDIS_PORT": str(self.redis_port),
            "STOP_TIMEOUT_S": "3",
            "PYTHONPATH": str(PROJECT),
        }

    def start(self, *servers: str) -> subprocess.Popen[bytes]:
        """Start it; by default with one web server."""
        arguments = servers or (f"web={self.web_port}",)
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("assistant.py")), *arguments],
                env=self.environment(),
                cwd=self.home.parent,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._started.append(process)
        return process

    def wait_until_ready(self) -> None:
        """Until the line with the address was printed."""
        wait_for(lambda: "ready:" in self.text, f"ready, but: {self.text}")

    def running(self) -> dict[str, Running]:
        """Its processes by name, as the supervisor recorded them."""
        return {item.name: item for item in read_record(self.run_dir)}

    def end_all(self) -> None:
        """Kill whatever is left of it."""
        left = [item.pid for item in self.running().values() if psutil.pid_exists(item.pid)]
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait()
        for pid in left:
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[SmallAssistant]:
    """A small assistant that is gone after the test."""
    small = SmallAssistant(tmp_path / "home")
    yield small
    small.end_all()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty WEIZHENG_HOME, and a working directory without `.env`."""
    folder = tmp_path / "home"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WEIZHENG_HOME", str(folder))
    return folder
