"""Whether a process answers: small checks with short timeouts, each a plain function to call again."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import redis

from core.redis import connect

TIMEOUT_S = 1.5

Probe = Callable[[], bool]


def answers_http(url: str) -> Probe:
    """A probe that is true once `url` answers 2xx."""

    def probe() -> bool:
        try:
            # Plain http on this machine: loading certificates at each probe would cost most of it.
            return httpx.get(url, timeout=TIMEOUT_S, trust_env=False, verify=False).is_success  # noqa: S501
        except httpx.HTTPError:
            return False

    return probe


def answers_ping(url: str) -> Probe:
    """A probe that is true once the Redis at `url` lets us in and answers."""

    def probe() -> bool:
        try:
            with connect(url, TIMEOUT_S) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    return probe


def bind_error(host: str, port: int) -> OSError | None:
    """Why a server could not listen there now, if so; a port left in TIME_WAIT counts as free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                # As the servers do: `::` leaves the port of IPv4 to others.
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None
