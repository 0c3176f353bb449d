"""Redis clients that give up in time: a hung server must not hold a citizen's request."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import redis
import redis.asyncio

from core.keys import Keys
from core.settings import Settings

TIMEOUT_S: Final = 2.0
_HEALTH_CHECK_S: Final = 30


def redis_url(settings: Settings, keys: Keys) -> str:
    """`REDIS_URL` if it is set, else the Redis at `REDIS_HOST` and `REDIS_PORT` with our password."""
    if settings.redis_url:
        return settings.redis_url
    password = quote(keys.redis_password, safe="")
    return f"redis://:{password}@{settings.redis_host}:{settings.redis_port}/0"


def connect(url: str, timeout_s: float = TIMEOUT_S) -> redis.Redis:
    """A client that answers text; no connection is made before the first command."""
    return redis.Redis.from_url(url, **_options(timeout_s))


def connect_async(url: str, timeout_s: float = TIMEOUT_S) -> redis.asyncio.Redis:
    """The same for an event loop."""
    return redis.asyncio.Redis.from_url(url, **_options(timeout_s))


def _options(timeout_s: float) -> dict[str, Any]:
    return {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "health_check_interval": _HEALTH_CHECK_S,
        "decode_responses": True,
    }
