"""The dialogue engine's memory in a real server of Redis's kind."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
import redis

from apps.cli.valkey import server_binary
from apps.portal.trackers import RedisTrackers
from core.errors import Unavailable
from core.redis import connect


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A server that listens on a file only."""
    program = server_binary()
    socket = tmp_path / "s"
    command = [
        str(program), "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "yes",
        "--dir", str(tmp_path),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not socket.exists():
        assert process.poll() is None
        time.sleep(0.01)
    yield f"unix://{socket}"
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    with connect(url) as made:
        yield made


def test_tracker_is_shown_and_deleted_with_its_lock(client: redis.Redis) -> None:
    for key in ("tracker:a", "lock:a", "tracker:b"):
        client.set(key, json.dumps({"sender_id": key}))
    trackers = RedisTrackers(client)
    assert trackers.export("a") == {"tracker": {"sender_id": "tracker:a"}}
    assert trackers.export("c") == {"tracker": None}
    trackers.erase("a")
    trackers.erase("a")
    assert client.keys() == ["tracker:b"]


def test_what_was_deleted_leaves_the_file_of_commands(client: redis.Redis, tmp_path: Path) -> None:
    def kept() -> bytes:
        found = b""
        for path in tmp_path.glob("appendonlydir/*"):
            # The server takes files away while it writes anew.
            with suppress(FileNotFoundError):
                found += path.read_bytes()
        return found

    client.set("tracker:a", "a citizen's words")
    client.set("tracker:b", "another's words")
    trackers = RedisTrackers(client)
    trackers.erase("a")
    assert b"a citizen's words" in kept()
    trackers.wipe()
    give_up = time.monotonic() + 20
    while b"a citizen's words" in kept() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert b"a citizen's words" not in kept()
    assert b"another's words" in kept()


def test_server_that_is_away_is_unavailable(tmp_path: Path) -> None:
    with connect(f"unix://{tmp_path}/nobody") as nobody:
        trackers = RedisTrackers(nobody)
        with pytest.raises(Unavailable):
            trackers.erase("a")
        with pytest.raises(Unavailable):
            trackers.export("a")
        with pytest.raises(Unavailable):
            trackers.wipe()


@pytest.mark.parametrize(
    ("said", "is_error"),
    [
        # That one may have begun before the deletion: it has to be asked for once more.
        (redis.ResponseError("Background append only file rewriting already in progress"), True),
        (redis.ResponseError("MISCONF Errors writing to the AOF file"), True),
        (redis.ResponseError("unknown command 'BGREWRITEAOF', with args beginning with: "), False),
        (redis.exceptions.NoPermissionError("this user has no permissions to run 'bgrewriteaof'"), False),
    ],
    ids=["in progress", "no room", "unknown", "not allowed"],
)
def test_wiping_is_done_or_repeated_unless_it_never_can_be(
    client: redis.Redis, monkeypatch: pytest.MonkeyPatch, said: redis.RedisError, is_error: bool
) -> None:
    def refuses() -> None:
        raise said

    monkeypatch.setattr(client, "bgrewriteaof", refuses)
    with pytest.raises(Unavailable) if is_error else nullcontext():
        RedisTrackers(client).wipe()
