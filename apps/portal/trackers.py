"""The dialogue engine's memory of a citizen: a tracker in Redis, where Rasa keeps it for a day."""

from __future__ import annotations

import json
import logging
import re
from typing import Any, Final

import redis

from core.errors import Unavailable

log = logging.getLogger(__name__)

# A provider that keeps files of its own does not let us.
_REFUSED: Final = re.compile("unknown command|not allowed|not support", re.IGNORECASE)
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
        """Has Redis write its file of commands anew: the old one still tells what was deleted.

        Raises:
            Unavailable: It does not answer, or one that is being written may have begun before the deletion.
        """
        try:
            self._redis.bgrewriteaof()
        except redis.RedisError as error:
            if not _refused(error):
                raise Unavailable(f"redis: {type(error).__name__}") from error
            log.info("append-only file not rewritten")

    def close(self) -> None:
        """Ends the connections."""
        self._redis.close()


def _refused(error: redis.RedisError) -> bool:
    """Whether the command is nothing for us, now or ever."""
    if isinstance(error, redis.exceptions.NoPermissionError):
        return True
    return isinstance(error, redis.ResponseError) and _REFUSED.search(str(error)) is not None
