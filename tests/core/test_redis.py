"""Redis addresses, and clients that do not wait for ever."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
import redis

from core.keys import Keys
from core.redis import connect, redis_url
from core.settings import Settings

KEYS = Keys(
    service_token="s" * 20,
    cookie_secret="c" * 20,
    redis_password="p/w:x@y",
    rasa_token="r" * 20,
    second_factor_key="f" * 20,
)


def test_the_embedded_one_is_reached_with_its_password_quoted(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, redis_port=7001, redis_url=None)
    url = redis_url(settings, KEYS)
    assert url == "redis://:p%2Fw%3Ax%40y@127.0.0.1:7001/0"
    assert connect(url).connection_pool.connection_kwargs["password"] == KEYS.redis_password


def test_a_given_address_is_taken_as_it_is(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, redis_url="redis://cache:6379/2")
    assert redis_url(settings, KEYS) == "redis://cache:6379/2"


def test_a_hung_server_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        port = hung.getsockname()[1]
        begun = time.monotonic()
        with connect(f"redis://127.0.0.1:{port}", timeout_s=0.2) as client, pytest.raises(redis.RedisError):
            client.ping()
    assert time.monotonic() - begun < 5
