"""Limits counted in Redis, so that several processes share them: one atomic script, one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import redis.asyncio

from core.errors import Unavailable
from core.limits.port import Limit

PREFIX: Final = "rate:"
# A list of the latest uses for each key, newest first. Redis's own clock, since those of several machines
# differ. What was counted before it was set back counts for nothing: it would until it is that late again.
_SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
  local most, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local oldest = redis.call('LINDEX', key, most - 1)
  if oldest and tonumber(oldest) <= now then
    wait = math.max(wait, tonumber(oldest) + window - now)
  end
end
if wait > 0 then
  return wait
end
for i, key in ipairs(KEYS) do
  redis.call('LPUSH', key, now)
  redis.call('LTRIM', key, 0, tonumber(ARGV[2 * i - 1]) - 1)
  redis.call('PEXPIRE', key, tonumber(ARGV[2 * i]))
end
return 0
"""


class RedisLimiter:
    """Every process with the same Redis counts together.

    Args:
        client: Its timeouts bound how long a use is waited for.
    """

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._script = client.register_script(_SCRIPT)

    async def admit(self, limits: Sequence[Limit]) -> float:
        """As the port says."""
        if not limits:
            return 0.0
        numbers = [number for limit in limits for number in (limit.most, round(limit.window_s * 1000))]
        try:
            wait = await self._script([PREFIX + limit.key for limit in limits], numbers)
        except redis.RedisError as error:
            raise Unavailable(f"redis: {type(error).__name__}") from error
        return float(wait) / 1000

    async def close(self) -> None:
        """Ends the connections."""
        await self._client.aclose()
