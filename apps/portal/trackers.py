"""The dialogue engine's memory of a citizen: a tracker in Redis, where Rasa keeps it for a day."""

from __future__ import annotations

import json
from typing import Any, Final

import redis

from core.errors import Unavailable

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

    def close(self) -> None:
        """Ends the connections."""
        self._redis.close()
