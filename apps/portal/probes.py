"""How the portal sees whether a part can do its work: one cheap question to each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Final

import httpx
import redis.asyncio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy import Engine

from apps.portal.ports import Knowledge
from apps.portal.readiness import PATIENCE_S, Health, Probe, Readiness
from core.database.health import check_writable
from core.database.migrate import require_current
from core.errors import Unavailable
from core.keys import Keys
from core.redis import connect_async, redis_url
from core.settings import Settings

# SQLite needs room for a turn and for its log of changes.
LEAST_FREE_BYTES: Final = 16 * 1024**2


async def _nothing_to_close() -> None: ...


@dataclass(frozen=True)
class OutsideParts:
    """Parts that the portal only asks whether they are well.

    Attributes:
        probes: How, by name.
        close: Ends the connections for it.
    """

    probes: Mapping[str, Probe] = field(default_factory=dict)
    close: Callable[[], Awaitable[None]] = _nothing_to_close


def outside_parts(settings: Settings, keys: Keys, http: httpx.AsyncClient) -> OutsideParts:
    """Rasa, action server and Redis."""
    asked = connect_async(redis_url(settings, keys), PATIENCE_S)
    probes = {
        "rasa": http_probe(http, f"{settings.rasa_url}/webhooks/rest/"),
        "actions": http_probe(http, f"{settings.actions_url}/healthz"),
        "redis": redis_probe(asked),
    }
    return OutsideParts(probes, asked.aclose)


def readiness_of(engine: Engine, knowledge: Knowledge, outside: OutsideParts) -> Readiness:
    """All parts, those that an answer needs first."""
    needed = {
        "database": database_probe(partial(check_database, engine)),
        "knowledge": knowledge_probe(knowledge),
    }
    return Readiness({**needed, **outside.probes})


def database_probe(check: Callable[[], None]) -> Probe:
    """Asks in a thread of its own: a hung database never takes more than that one."""
    limiter: CapacityLimiter | None = None

    async def probe() -> Health:
        nonlocal limiter
        # A limiter belongs to the event loop in which it is made.
        limiter = limiter or CapacityLimiter(1)
        await run_sync(check, limiter=limiter, abandon_on_cancel=True)
        return Health.OK

    return probe


def check_database(engine: Engine) -> None:
    """Makes sure that turns can be kept; blocks.

    Raises:
        WeizhengError: They cannot: another version's tables, a lock, a full disk.
    """
    require_current(engine)
    check_writable(engine)
    if engine.dialect.name == "sqlite":
        folder = Path(str(engine.url.database)).parent
        if disk_usage(folder).free < LEAST_FREE_BYTES:
            raise Unavailable("the disk is full")


def knowledge_probe(knowledge: Knowledge) -> Probe:
    """Whether the service knows us and has everything loaded."""

    async def probe() -> Health:
        return Health.OK if (await knowledge.state()).ready else Health.STARTING

    return probe


def http_probe(http: httpx.AsyncClient, url: str) -> Probe:
    """Whether a process answers 2xx."""

    async def probe() -> Health:
        response = await http.get(url)
        return Health.OK if response.is_success else Health.DOWN

    return probe


def redis_probe(client: redis.asyncio.Redis) -> Probe:
    """Whether Redis lets us in and answers; its client's own patience is not longer than ours."""

    async def probe() -> Health:
        try:
            await client.ping()
        except redis.TimeoutError:
            return Health.SLOW
        return Health.OK

    return probe
