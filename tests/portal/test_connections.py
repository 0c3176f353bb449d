"""Connections that are opened and not used well, on a real socket."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from apps.portal.requests import BODY_S
from core.connections import Bounds

BOUNDS = Bounds(head_s=0.6, most=8, most_at_all=10)
GET = b"GET /healthz HTTP/1.1\r\nHost: portal\r\n\r\n"
CHAT = (
    b"POST /api/chat HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)


@pytest.fixture
def port(make_portal: Callable[..., Any], serve: Any) -> Iterator[int]:
    """The portal with narrow bounds."""
    with serve(make_portal().services, bounds=BOUNDS) as url:
        yield urlsplit(url).port or 0


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_all(connection: socket.socket) -> bytes:
    """What comes until the server hangs up."""
    received = b""
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += piece
    return received


def trickle(connection: socket.socket, text: bytes, pause_s: float) -> float:
    """Sends byte by byte until that is refused; seconds it took."""
    begun = time.monotonic()
    with suppress(ConnectionError):
        for byte in text:
            connection.sendall(bytes([byte]))
            time.sleep(pause_s)
    return time.monotonic() - begun


def test_a_head_that_trickles_is_cut_off(port: int) -> None:
    with connect(port) as connection:
        took = trickle(connection, GET * 2, 0.1)
        assert took < 6
    with connect(port) as connection:
        connection.sendall(GET[:20])
        assert read_all(connection).startswith(b"HTTP/1.1 408")


def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    with connect(port) as connection:
        begun = time.monotonic()
        assert read_all(connection) == b""
        assert time.monotonic() - begun < 10


def test_a_second_head_that_trickles_is_cut_off_as_well(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(GET)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert trickle(connection, GET * 2, 0.1) < 6


def test_one_connection_serves_many_requests(port: int) -> None:
    with connect(port) as connection:
        for _ in range(5):
            connection.sendall(GET)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(0.3)


def test_a_body_that_trickles_is_given_up(port: int) -> None:
    with connect(port) as connection:
        begun = time.monotonic()
        connection.sendall(CHAT % 1000 + b'{"text": ')
        answer = read_all(connection)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"too_slow" in answer
        assert BODY_S - 1 < time.monotonic() - begun < BODY_S + 10


def test_a_body_that_is_too_large_is_not_waited_for(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(CHAT % 10**9)
        assert read_all(connection).startswith(b"HTTP/1.1 413")


def test_a_client_that_hangs_up_within_a_body_leaves_the_portal_well(port: int) -> None:
    for _ in range(5):
        with connect(port) as connection:
            connection.sendall(CHAT % 1000 + b'{"text": ')
    with connect(port) as connection:
        connection.sendall(GET)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_too_many_connections_are_told_politely_and_then_cut_off(port: int) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(connect(port)) for _ in range(8)]
        for connection in held:
            connection.sendall(GET[:-2])
        time.sleep(0.1)
        late = stack.enter_context(connect(port))
        late.sendall(GET)
        head, _, body = read_all(late).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503")
        assert b"retry-after" in head.lower()
        assert "稍后再试" in json.loads(body)["error"]["message"]
        more = [stack.enter_context(connect(port)) for _ in range(6)]
        assert read_all(more[-1]) == b""
    time.sleep(0.3)
    with connect(port) as connection:
        connection.sendall(GET)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/" + b"a" * 1000, b"404"),
        (b"/" + b"a" * 2000, b"414"),
        (b"/api/items?q=" + b"a" * 100, b"200"),
        (b"/api/items?q=" + b"a" * 25_000, b"414"),
        (b"/api/search?q=" + b"%E5%B1%85" * 2000, b"200"),
    ],
)
def test_an_address_has_a_longest_length(port: int, target: bytes, status: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: portal\r\nConnection: close\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 " + status)
