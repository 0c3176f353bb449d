"""Tells every portal at once that a notice was put: it spares them the wait for their next look, no more."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any, Final, Protocol

import redis
import redis.asyncio
from redis.exceptions import RedisError

TOPIC: Final = "weizheng:inbox"
_SLACK_S: Final = 0.5
log = logging.getLogger(__name__)


class Bell(Protocol):
    """Rung after the commit of what is told of."""

    def ring(self) -> None:
        """Wakes who listens. Never fails: who is not woken looks by itself within a second."""
        ...


class RedisBell:
    """Rings by Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def ring(self) -> None:
        """Publishes."""
        try:
            self._client.publish(TOPIC, "")
        except RedisError as error:
            log.info("inbox not rung", extra={"kind": type(error).__name__})


class Listener(Protocol):
    """Who hears the bell."""

    async def wait(self, seconds: float) -> None:
        """Comes back when it was rung, and after so many seconds at the latest."""
        ...

    async def close(self) -> None:
        """Hears no more."""
        ...


class DeafListener:
    """Waits the time out: for a portal without Redis."""

    async def wait(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Nothing to end."""


class RedisListener:
    """One subscription for the whole process; while Redis is away it is as deaf as the other."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._heard: Any = None

    async def wait(self, seconds: float) -> None:
        """Waits for the next message; those that came with it are one ring."""
        begun = time.monotonic()
        try:
            # The client itself tries again and again for longer than anybody should wait.
            async with asyncio.timeout(seconds + _SLACK_S):
                await self._hear(seconds)
        except (RedisError, OSError) as error:
            # A timeout of ours is an OSError as well.
            log.debug("inbox bell not heard", extra={"kind": type(error).__name__})
            await self._forget()
            await asyncio.sleep(max(0.0, seconds - (time.monotonic() - begun)))

    async def _hear(self, seconds: float) -> None:
        if self._heard is None:
            self._heard = self._client.pubsub(ignore_subscribe_messages=True)
            await self._heard.subscribe(TOPIC)
        if await self._heard.get_message(timeout=seconds) is not None:
            while await self._heard.get_message(timeout=0.0) is not None:
                pass

    async def close(self) -> None:
        """Ends the subscription and the connections."""
        await self._forget()
        await self._client.aclose()

    async def _forget(self) -> None:
        heard, self._heard = self._heard, None
        if heard is not None:
            with suppress(RedisError, OSError):
                await heard.aclose()
