"""The portal's server on a real socket."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: portal\r\nConnection: close\r\nX-Padding: %s\r\n\r\n"


def exchange(url: str, request: bytes) -> bytes:
    """What comes back until the server hangs up, which it may do before all is sent."""
    answer = b""
    address = ("127.0.0.1", urlsplit(url).port or 0)
    with socket.create_connection(address, timeout=20) as connection, suppress(ConnectionError):
        connection.sendall(request)
        while received := connection.recv(65536):
            answer += received
    return answer


def test_ordinary_headers_are_taken(address: Any) -> None:
    assert exchange(address[0], REQUEST % (b"x" * 8_000)).startswith(b"HTTP/1.1 200")


def test_huge_headers_are_refused(address: Any) -> None:
    answer = exchange(address[0], REQUEST % (b"x" * 1_000_000))
    assert not answer or answer.startswith(b"HTTP/1.1 400")
    assert exchange(address[0], REQUEST % b"x").startswith(b"HTTP/1.1 200")
