"""A whole assistant for an acceptance run: `weizheng up` on free ports, asked as citizens ask it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.running import PROJECT, WEIZHENG, weizheng

READY_S = 180.0
STOP_S = 30.0
PORTS = (
    *("PORTAL_PORT", "METRICS_PORT", "CONSOLE_PORT"),
    *("KNOWLEDGE_PORT", "ACTIONS_PORT", "RASA_PORT", "REDIS_PORT", "WORKER_PORT"),
)


@dataclass(frozen=True)
class Heard:
    """A question's reply and the intent that the dialogue model saw in it, where it was asked at all."""

    status: str
    messages: list[dict[str, Any]]
    intent: str | None


@dataclass(frozen=True)
class Assistant:
    """One that runs: its address, and the variables that it was started with."""

    url: str
    environment: Mapping[str, str] = field(repr=False)

    def processes(self) -> list[dict[str, Any]]:
        """What `weizheng status` says of each process."""
        done = subprocess.run(
            [str(WEIZHENG), "status", "--json"],
            env=dict(self.environment), cwd=PROJECT, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        found: list[dict[str, Any]] = json.loads(done.stdout)["processes"]
        return found


@contextmanager
def running(home: Path, output: Path, **settings: str) -> Iterator[str]:
    """The address of an assistant as `assistant` runs it."""
    with assistant(home, output, **settings) as one:
        yield one.url


@contextmanager
def assistant(home: Path, output: Path, **settings: str) -> Iterator[Assistant]:
    """The assistant of this installation, brought up to date and whole.

    Unless told otherwise it is on loopback and without limits of a minute: all citizens of a run come from
    one address.

    Args:
        home: The installation.
        output: Where it prints.
        settings: Variables that differ.

    Raises:
        RuntimeError: It did not come up; the message holds what it printed to `output`.
    """
    weizheng(home, "upgrade")
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    for_a_run = {"WEIZHENG_HOME": str(home), "PORTAL_HOST": "127.0.0.1", "RATE_PER_MINUTE": "0"}
    env = {**os.environ, **ports, **for_a_run, **settings}
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [str(WEIZHENG), "up"], env=env, cwd=PROJECT, stdout=printed, stderr=printed
        )
    try:
        _wait(process, output)
        yield Assistant(f"http://127.0.0.1:{ports['PORTAL_PORT']}", env)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()


def ask(url: str, question: str) -> Heard:
    """One question of a new citizen.

    Raises:
        httpx.HTTPStatusError: There was no reply, also when it was asked for again.
    """
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as citizen:
        body = {"text": question, "client_message_id": "1"}
        response = citizen.post("/api/chat", json=body)
        if response.is_server_error:
            response = citizen.post("/api/chat", json=body)
        reply = response.raise_for_status().json()
        exported = citizen.get("/api/me/export").raise_for_status().json()
    return Heard(reply["status"], reply["messages"], _intent(exported["data"]["dialogue"]["tracker"]))


def _intent(tracker: dict[str, Any] | None) -> str | None:
    events = tracker["events"] if tracker else []
    said = [event for event in events if event.get("event") == "user"]
    return str(said[-1]["parse_data"]["intent"]["name"]) if said else None


def _wait(process: subprocess.Popen[bytes], output: Path) -> None:
    give_up = time.monotonic() + READY_S
    while "ready:" not in (printed := output.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"the assistant did not come up: {printed}")
        time.sleep(0.3)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports
