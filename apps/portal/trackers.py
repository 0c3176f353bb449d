"""The dialogue engine's memory of a citizen: a tracker in Redis, where Rasa keeps it for a day."""

from __future__ import annotations

import json
import logging
from typing import Any, Final

import redis

from core.errors import Unavailable

log = logging.getLogger(__name__)

# As `bot/redis_stores.py` names them. Rasa's own interface can restart a conversation, not delete it.
TRACKER = "tracker:"
LOCK = "lock:"


class RedisTrackers:
    """Its part of the personal data.

    Args:
        client: Connected to the Redis that Rasa uses.
    """

    name: Final = "dialogue"
    tables: Final[frozenset[str]] = frozenset()

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def export(self, citizen: str) -> dict[str, Any]:
        """The tracker as Rasa keeps it, null where there is none."""
        try:
            stored = self._redis.get(TRACKER + citizen)
        except redis.RedisError as error:
            raise Unavailable(f"redis: {type(error).__name__}") from error
        return {"tracker": json.loads(stored) if isinstance(stored, str) else None}

    def erase(self, citizen: str) -> None:
        """Deletes the tracker, and a lock that was left behind."""
        try:
            self._redis.delete(TRACKER + citizen, LOCK + citizen)
        except redis.RedisError as error:
            raise Unavailable(f"redis: {type(error).__name__}") from error

    def wipe(self) -> None:
        """Has Redis write its file of commands anew: the old one still tells what was deleted."""
        try:
            self._redis.bgrewriteaof()
        except redis.ResponseError:
            # One is being written already, or a provider that keeps files of its own does not let us.
            log.info("append-only file not rewritten")
        except redis.RedisError as error:
            raise Unavailable(f"redis: {type(error).__name__}") from error

    def close(self) -> None:
        """Ends the connections."""
        self._redis.close()
