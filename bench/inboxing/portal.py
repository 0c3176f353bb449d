"""One portal with nothing behind it, and citizens who have agreed to notices."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import Engine, insert

from apps.cli.valkey import server_binary, write_config
from bench.running import PROJECT
from core.citizens.consents import Purpose
from core.citizens.tables import citizen, consent
from core.database.engine import open_engine, writing
from core.database.migrate import migrate
from core.keys import ensure_keys
from core.redis import redis_url
from core.settings import Settings

_START_S = 60.0


@dataclass(frozen=True)
class Place:
    """Where it is measured; `redis_url` is empty without Redis."""

    settings: Settings
    engine: Engine
    port: int
    portal: subprocess.Popen[bytes]
    redis_url: str

    async def citizens(self, count: int) -> list[tuple[str, str]]:
        """So many new ones, each with their cookie."""
        made: list[tuple[str, str]] = []
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            for _ in range(count):
                client.cookies.clear()
                reply = await client.get("/api/conversation")
                cookie = f"weizheng={client.cookies['weizheng']}"
                made.append((str(reply.json()["conversation"]), cookie))
        self._agree([name for name, _ in made])
        return made

    def _agree(self, names: list[str]) -> None:
        now = datetime.now(UTC)
        given = {"purpose": Purpose.PUSH_WEB, "notice_version": "1", "channel": "web", "given_at": now}
        with writing(self.engine) as connection:
            known = [{"id": one, "created": now, "last_seen": now} for one in names]
            connection.execute(insert(citizen), known)
            connection.execute(insert(consent), [{"citizen": one, **given} for one in names])


@contextmanager
def opened(home: Path, streams: int, *, with_redis: bool) -> Iterator[Place]:
    """The portal, and Redis if it is wanted; both end with it."""
    port, metrics, redis_port = _free_ports(3)
    settings = Settings(home=home, redis_port=redis_port, redis_url=None)
    keys = ensure_keys(settings.home)
    engine = open_engine(settings.database_url)
    migrate(engine)
    variables = {
        "WEIZHENG_HOME": str(home), "PORTAL_HOST": "127.0.0.1", "PORTAL_PORT": str(port),
        "METRICS_PORT": str(metrics), "REDIS_PORT": str(redis_port), "RATE_PER_MINUTE": "0",
        "INBOX_STREAMS": str(streams), "INBOX_STREAMS_PER_ADDRESS": str(streams),
    }  # fmt: skip
    with ExitStack() as stack:
        if with_redis:
            command = [str(server_binary()), str(write_config(settings, keys))]
            _started(stack, command, variables)
            _wait_for(redis_port)
        portal = _started(stack, [sys.executable, "-m", "apps.portal"], variables)
        _wait_for(port)
        yield Place(settings, engine, port, portal, redis_url(settings, keys) if with_redis else "")
        engine.dispose()


def _started(stack: ExitStack, command: list[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    # Its lines tell nothing here that the figures do not.
    process = subprocess.Popen(
        command, cwd=PROJECT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in held]


def _wait_for(port: int) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {port}")
