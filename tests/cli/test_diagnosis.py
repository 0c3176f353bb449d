"""`weizheng status` and `doctor` tell which part is down or slow, why, and what to do; with real parts."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from apps.cli.diagnosis import (
    Trouble,
    actions_trouble,
    database_trouble,
    disk_trouble,
    knowledge_trouble,
    process_troubles,
    rasa_trouble,
    redis_trouble,
)
from apps.cli.installation import migrate_database
from apps.cli.main import app
from apps.cli.status import print_status
from apps.cli.valkey import server_binary, write_config
from core.keys import Keys, ensure_keys
from core.redis import connect, redis_url
from core.settings import Settings

PARTS = ("redis", "knowledge", "actions", "rasa", "portal", "console", "worker")


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in which nothing runs, at ports of its own."""
    names = [f"{name}_port" for name in (*PARTS, "metrics")]
    return Settings(home=tmp_path / "home", redis_url=None, **{name: free_port() for name in names})


@pytest.fixture
def keys(settings: Settings) -> Keys:
    return ensure_keys(settings.home)


def complete(trouble: Trouble | None) -> Trouble:
    """A trouble that says what, in Chinese as well, and what to do."""
    assert trouble is not None
    assert trouble.what
    assert trouble.fix
    assert any("\u4e00" <= character <= "\u9fff" for character in trouble.what + trouble.chinese)
    return trouble


@pytest.fixture
def valkey(settings: Settings, keys: Keys) -> Iterator[int]:
    """The embedded Valkey, running; its process number."""
    configuration = write_config(settings, keys)
    process = subprocess.Popen([str(server_binary()), str(configuration)], stdout=subprocess.DEVNULL)
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up and redis_trouble(settings, keys):
        time.sleep(0.05)
    yield process.pid
    os.kill(process.pid, signal.SIGCONT)
    process.kill()
    process.wait()


def test_a_redis_that_answers_is_no_trouble(settings: Settings, keys: Keys, valkey: int) -> None:
    assert redis_trouble(settings, keys) is None


def test_a_frozen_redis_is_connected_to_and_does_not_answer(
    settings: Settings, keys: Keys, valkey: int
) -> None:
    os.kill(valkey, signal.SIGSTOP)
    begun = time.monotonic()
    trouble = complete(redis_trouble(settings, keys))
    assert time.monotonic() - begun < 4
    assert "does not answer" in trouble.what
    os.kill(valkey, signal.SIGCONT)
    assert redis_trouble(settings, keys) is None


def test_a_redis_with_another_password_is_told(settings: Settings, keys: Keys, valkey: int) -> None:
    with connect(redis_url(settings, keys)) as client:
        client.config_set("requirepass", "another-password-than-ours")
    trouble = complete(redis_trouble(settings, keys))
    assert "refuses our password" in trouble.what
    assert keys.redis_password not in repr(trouble)


def test_a_redis_that_is_gone_is_not_reached(settings: Settings, keys: Keys) -> None:
    assert "not reached" in complete(redis_trouble(settings, keys)).what


@pytest.mark.parametrize(
    ("name", "check"),
    [("knowledge", knowledge_trouble), ("actions", actions_trouble), ("rasa", rasa_trouble)],
)
def test_a_process_that_is_gone_or_silent_is_told_apart(
    settings: Settings, keys: Keys, name: str, check: Callable[[Settings, Keys], Trouble | None]
) -> None:
    gone = complete(check(settings, keys))
    assert (gone.part, "not reached" in gone.what) == (name, True)
    with socket.create_server(("127.0.0.1", getattr(settings, f"{name}_port"))):
        silent = complete(check(settings, keys))
    assert "does not answer within" in silent.what
    assert f"{name}.log" in silent.fix


@contextmanager
def answering(port: int, statuses: dict[str, int]) -> Iterator[None]:
    """A server that answers each method and path with a status, others with 404."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            # A path with a token may be answered in another way than without.
            shown = "?token=" if "?token=" in self.path else ""
            status = statuses.get(f"{self.command} {self.path.partition('?')[0]}{shown}", 404)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_a_knowledge_service_that_builds_its_index_is_waited_for(settings: Settings, keys: Keys) -> None:
    with answering(settings.knowledge_port, {"GET /readyz": 503}):
        assert "building its index" in complete(knowledge_trouble(settings, keys)).what
    with answering(settings.knowledge_port, {"GET /readyz": 500}):
        assert "HTTP 500" in complete(knowledge_trouble(settings, keys)).what
    with answering(settings.knowledge_port, {"GET /readyz": 200, "GET /state": 200}):
        assert knowledge_trouble(settings, keys) is None


def test_a_process_with_another_token_is_told(settings: Settings, keys: Keys) -> None:
    with answering(settings.knowledge_port, {"GET /readyz": 200, "GET /state": 401}):
        assert "refuses our token" in complete(knowledge_trouble(settings, keys)).what
    with answering(settings.actions_port, {"GET /healthz": 200, "POST /webhook": 401}):
        assert "refuses our token" in complete(actions_trouble(settings, keys)).what
    with answering(settings.rasa_port, {"GET /webhooks/rest/": 200, "GET /webhooks/rest/?token=": 401}):
        trouble = complete(rasa_trouble(settings, keys))
        assert "keys/rasa_token" in trouble.fix
    assert keys.rasa_token not in repr(trouble)


def test_a_locked_database_is_told_and_when_it_is_free_again(settings: Settings, keys: Keys) -> None:
    migrate_database(settings)
    assert database_trouble(settings) is None
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "is locked" in complete(database_trouble(settings)).what
        other.execute("ROLLBACK")
    assert database_trouble(settings) is None


def test_a_database_of_another_version_or_kind_is_told(settings: Settings, keys: Keys) -> None:
    assert "weizheng init" in complete(database_trouble(settings)).fix
    migrate_database(settings)
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    path.write_bytes(b"no database at all" * 100)
    assert complete(database_trouble(settings)).part == "database"


def test_a_server_that_takes_connections_and_says_nothing_is_given_up(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://u:a-secret@127.0.0.1:{silent.getsockname()[1]}/x"
        begun = time.monotonic()
        trouble = complete(database_trouble(settings.model_copy(update={"database_url": url})))
    assert time.monotonic() - begun < 8
    assert "a-secret" not in repr(trouble)


def test_a_full_disk_is_told(settings: Settings, keys: Keys) -> None:
    assert disk_trouble(settings) is None
    assert "full" in complete(disk_trouble(settings, full_bytes=1 << 60)).what


def test_all_parts_are_asked_at_once(settings: Settings, keys: Keys) -> None:
    silent = [socket.create_server(("127.0.0.1", getattr(settings, f"{name}_port"))) for name in PARTS]
    begun = time.monotonic()
    found = process_troubles(settings, keys)
    for one in silent:
        one.close()
    assert [one.part for one in found] == list(PARTS)
    assert time.monotonic() - begun < 5


def test_status_names_the_trouble_and_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app, ["status", "--json"])
    state = json.loads(result.stdout)
    assert result.exit_code == 1
    (trouble,) = state["troubles"]
    assert (trouble["part"], "weizheng init" in trouble["fix"]) == ("database", True)
    metrics = {item["name"]: item["metrics"] for item in state["processes"]}
    assert metrics["portal"] == "http://127.0.0.1:8010/metrics"
    console = Console(width=200, record=True)
    print_status(state, console)
    assert "→ run weizheng init" in console.export_text()


def test_doctor_tells_a_locked_database_and_a_redis_that_refuses_us(
    home: Path, valkey: int, settings: Settings, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://:wrong@127.0.0.1:{settings.redis_port}/0")
    migrate_database(Settings(home=home))
    with closing(sqlite3.connect(home / "weizheng.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = CliRunner().invoke(app, ["doctor", "--json"])
        other.execute("ROLLBACK")
    found = {item["name"]: item for item in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert "is locked" in found["数据库 database"]["detail"]
    assert "refuses our password" in found["Redis"]["detail"]
