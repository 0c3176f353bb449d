"""The whole assistant, as `make run` starts it: set up once in an empty folder with the example city."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

PROJECT = Path(__file__).resolve().parents[2]
WEIZHENG = Path(sys.executable).with_name("weizheng")
READY_S = 600.0
PASSWORD = "correct horse 42"
PORTS = (
    *("PORTAL_PORT", "METRICS_PORT", "CONSOLE_PORT"),
    *("KNOWLEDGE_PORT", "ACTIONS_PORT", "RASA_PORT", "REDIS_PORT", "WORKER_PORT"),
)


@dataclass(frozen=True)
class Assistant:
    """A running installation and how to reach it from outside."""

    home: Path
    env: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)
    visitors: list[httpx.Client] = field(default_factory=list, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['PORTAL_PORT']}"

    def citizen(self) -> Citizen:
        """A new visitor with a cookie jar of their own."""
        self.visitors.append(httpx.Client(base_url=self.url, timeout=30, trust_env=False))
        return Citizen(self.visitors[-1])

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One `weizheng` command on this installation."""
        return subprocess.run(
            [str(WEIZHENG), *arguments],
            env=self.env, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def add_account(self, login: str, role: str, agency: str | None = None) -> None:
        """Somebody of an agency's staff, or of all agencies'; their password is `PASSWORD`."""
        of = ["--agency", agency] if agency else []
        given = ["user", "add", login, "--name", login, "--role", role, *of, "--password-stdin"]
        subprocess.run(
            [str(WEIZHENG), *given],
            env=self.env, cwd=PROJECT, input=PASSWORD, text=True, check=True, capture_output=True,
            timeout=120,
        )  # fmt: skip

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.env['CONSOLE_PORT']}"

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        """One `weizheng` command that goes on while the test does."""
        return subprocess.Popen(
            [str(WEIZHENG), *arguments],
            env=self.env, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def is_whole(self) -> bool:
        """Whether every process answers."""
        told = self.command("status", "--json").stdout
        return bool(json.loads(told)["ready"])

    def logs(self) -> str:
        """What all processes have logged."""
        paths = sorted(self.home.glob("logs/*"))
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


class Citizen:
    """Asks through the public API."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def post(self, **body: Any) -> httpx.Response:
        return self.http.post("/api/chat", json=body)

    def ask(self, text: str) -> dict[str, Any]:
        return self._reply(self.post(text=text, client_message_id=uuid.uuid4().hex))

    def choose(self, payload: str) -> dict[str, Any]:
        return self._reply(self.post(payload=payload))

    def _reply(self, response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("installation")
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    # All citizens of the tests come from one address, and the machine may be busy or slow.
    no_limits = {"RATE_PER_MINUTE": "0", "START_TIMEOUT_S": str(READY_S)}
    env = {**os.environ, **ports, **no_limits, "WEIZHENG_HOME": str(home), "PORTAL_HOST": "127.0.0.1"}
    made = subprocess.run(
        [str(WEIZHENG), "init", "--demo"], env=env, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    output = (home / "up.txt").open("wb")
    process = subprocess.Popen([str(WEIZHENG), "up"], env=env, cwd=PROJECT, stdout=output, stderr=output)
    running = Assistant(home, env, process)
    try:
        wait_until_ready(running)
        yield running
    finally:
        for visitor in running.visitors:
            visitor.close()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
        output.close()
        if keep := os.environ.get("KEEP_LOGS"):
            shutil.copytree(home / "logs", keep, dirs_exist_ok=True)


def wait_until_ready(assistant: Assistant) -> None:
    """Until the supervisor has announced the address."""
    give_up = time.monotonic() + READY_S
    told = assistant.home / "up.txt"
    while "ready" not in told.read_text(encoding="utf-8", errors="replace"):
        assert assistant.process.poll() is None, told.read_text(encoding="utf-8")
        assert time.monotonic() < give_up, told.read_text(encoding="utf-8")
        time.sleep(0.3)


@pytest.fixture
def citizen(assistant: Assistant) -> Citizen:
    return assistant.citizen()


@pytest.fixture
def whole_again(assistant: Assistant) -> Iterator[None]:
    """What a test breaks is mended before the next begins."""
    yield
    give_up = time.monotonic() + READY_S
    while not assistant.is_whole():
        assert time.monotonic() < give_up, assistant.command("status").stdout
        time.sleep(0.5)
