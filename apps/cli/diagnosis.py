"""What is wrong with an assistant's parts: all are asked at once, each for two seconds at most."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TypeVar

import httpx
import redis
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from apps.cli.processes import local_url
from core.errors import WeizhengError
from core.keys import Keys
from core.redis import connect, redis_url
from core.settings import Settings

PATIENCE_S = 1.5
FULL_BYTES = 64 * 1024**2
T = TypeVar("T")


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a part, the same in Chinese, and what to do."""

    part: str
    what: str
    chinese: str
    fix: str

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        return asdict(self)


Check = Callable[[], Trouble | None]


def troubles(settings: Settings, keys: Keys, *, running: bool) -> list[Trouble]:
    """What is wrong now: with the machine and the database, and with the processes if they are to run."""
    machine: list[Check] = [
        lambda: disk_trouble(settings),
        lambda: database_trouble(settings),
        lambda: recommender_trouble(settings),
    ]
    return _found([*machine, *(_process_checks(settings, keys) if running else ())])


def process_troubles(settings: Settings, keys: Keys) -> list[Trouble]:
    """What is wrong with the processes of an assistant that is to run."""
    return _found(_process_checks(settings, keys))


def _found(checks: Sequence[Check]) -> list[Trouble]:
    with ThreadPoolExecutor(len(checks)) as pool:
        return [found for found in pool.map(lambda check: check(), checks) if found is not None]


def _process_checks(settings: Settings, keys: Keys) -> list[Check]:
    portal = local_url(settings.portal_host, settings.portal_port)
    console = local_url(settings.console_host, settings.console_port)
    worker = local_url(settings.worker_host, settings.worker_port)
    return [
        lambda: redis_trouble(settings, keys),
        lambda: knowledge_trouble(settings, keys),
        lambda: actions_trouble(settings, keys),
        lambda: rasa_trouble(settings, keys),
        lambda: _reached("portal", f"{portal}/healthz")[1],
        lambda: _reached("console", f"{console}/healthz")[1],
        lambda: _reached("worker", f"{worker}/healthz")[1],
    ]


def disk_trouble(settings: Settings, full_bytes: int = FULL_BYTES) -> Trouble | None:
    """No room left for turns and logs."""
    free = shutil.disk_usage(settings.home).free
    if free >= full_bytes:
        return None
    return Trouble(
        "disk",
        f"full: {free / 1024**2:.0f} MB free in {settings.home}",
        "磁盘空间不足。",
        "free some space, or move WEIZHENG_HOME; nothing has to be restarted",
    )


def redis_trouble(settings: Settings, keys: Keys) -> Trouble | None:
    """A Redis that is gone, frozen, or does not know us."""
    try:
        with connect(redis_url(settings, keys), PATIENCE_S) as client:
            client.ping()
    except redis.AuthenticationError:
        own = "REDIS_URL" if settings.redis_url else f"{settings.home}/keys/redis_password"
        return Trouble("redis", "refuses our password", "口令不符。", f"check {own}, then restart")
    except (redis.TimeoutError, TimeoutError):
        return Trouble(
            "redis",
            f"is connected to and does not answer within {PATIENCE_S:g} s",
            "连接得上但没有应答。",
            "see whether it is frozen or swapping (kill -CONT, or restart it); single questions go on",
        )
    except redis.RedisError as error:
        fix = f"see the end of {settings.logs_dir}/redis.log; a running supervisor starts it again"
        return Trouble("redis", f"is not reached ({type(error).__name__})", "连接不上。", fix)
    return None


def database_trouble(settings: Settings) -> Trouble | None:
    """A database that is locked, full, of another version, or refuses us."""
    from core.database.engine import open_engine
    from core.database.health import LOCKED, check_writable
    from core.database.migrate import SchemaOutdated, require_current

    try:
        engine = open_engine(_with_patience(settings.database_url))
        try:
            check_writable(engine, PATIENCE_S)
            require_current(engine)
        finally:
            engine.dispose()
    except SchemaOutdated as error:
        fix = "run weizheng init (empty) or weizheng upgrade (older)"
        return Trouble("database", error.detail, "", fix)
    except (WeizhengError, sqlite3.Error, OSError) as error:
        detail = error.detail if isinstance(error, WeizhengError) else type(error).__name__
        if detail == LOCKED:
            return Trouble(
                "database",
                f"is locked: somebody has been writing for more than {PATIENCE_S:g} s",
                "数据库被锁定。",
                "wait for an import or a backup to end, or end what holds it (fuser on the file)",
            )
        if "password" in detail or "authentication" in detail:
            return Trouble("database", "refuses our password", "口令不符。", "check DATABASE_URL")
        return Trouble("database", detail, "数据库不可用。", "check DATABASE_URL and that it answers")
    return None


def recommender_trouble(settings: Settings) -> Trouble | None:
    """A model that is to serve and cannot; where there is none nothing is wrong."""
    from core.clock import SystemClock
    from recommender.training.health import trouble_of

    now, days = SystemClock().now(), settings.recommender_model_days
    found = _looked(settings, lambda connection: trouble_of(connection, now, days))
    if found is None:
        return None
    fix = "run weizheng recommender train, or weizheng recommender rollback; see why the nightly job fails"
    return Trouble("recommender", f"the model does not serve: {found.what}", found.chinese, fix)


def made_up_citizens(settings: Settings) -> int | None:
    """How many citizens are made up, as by `weizheng demo simulate`; None where the database does not say."""
    from recommender.simulation.marks import made_up_citizens as counted

    return _looked(settings, counted)


def _looked(settings: Settings, look: Callable[[Connection], T]) -> T | None:
    """What the database says; None without it, whose own trouble is told elsewhere."""
    from core.database.engine import open_engine, reading

    engine = open_engine(_with_patience(settings.database_url))
    try:
        with reading(engine) as connection:
            return look(connection)
    except (WeizhengError, SQLAlchemyError, sqlite3.Error, OSError):
        return None
    finally:
        engine.dispose()


def _with_patience(url: str) -> str:
    """A server that takes connections and says nothing must not hold the command."""
    if not url.startswith("postgres"):
        return url
    return f"{url}{'&' if '?' in url else '?'}connect_timeout=2&options=-c%20statement_timeout%3D1500"


def knowledge_trouble(settings: Settings, keys: Keys) -> Trouble | None:
    """A knowledge service that is gone, slow, building its index, or of other keys."""
    reply, trouble = _reached("knowledge", f"{settings.knowledge_url}/readyz", starting=True)
    if reply is None:
        return trouble
    if reply.status_code == 503:
        return Trouble(
            "knowledge",
            "is building its index: questions that need a search get error_unavailable",
            "正在建立索引。",
            "wait; it ends by itself, `weizheng kb status` shows how far it is",
        )
    headers = {"Authorization": f"Bearer {keys.service_token}"}
    return _known_to("knowledge", _get(f"{settings.knowledge_url}/state", headers), settings)


def actions_trouble(settings: Settings, keys: Keys) -> Trouble | None:
    """An action server that is gone, slow, or of other keys."""
    reply, trouble = _reached("actions", f"{settings.actions_url}/healthz")
    if reply is None:
        return trouble
    headers = {"Authorization": f"Bearer {keys.service_token}"}
    return _known_to("actions", _get(f"{settings.actions_url}/webhook", headers, "POST"), settings)


def rasa_trouble(settings: Settings, keys: Keys) -> Trouble | None:
    """A dialogue engine that is gone, slow, or of other keys."""
    reply, trouble = _reached("rasa", f"{settings.rasa_url}/webhooks/rest/")
    if reply is None:
        return trouble
    url = f"{settings.rasa_url}/webhooks/rest/"
    return _known_to("rasa", _get(url, {}, params={"token": keys.rasa_token}), settings)


def _reached(part: str, url: str, *, starting: bool = False) -> tuple[httpx.Response | None, Trouble | None]:
    """The reply of a process that is there, or what is wrong with it."""
    reply = _get(url, {})
    if isinstance(reply, httpx.TimeoutException) and not isinstance(reply, httpx.ConnectTimeout):
        return None, Trouble(
            part,
            f"is connected to and does not answer within {PATIENCE_S:g} s",
            "连接得上但没有应答。",
            f"see the end of logs/{part}.log; end the process, and it is started anew",
        )
    if isinstance(reply, httpx.HTTPError):
        return None, Trouble(
            part, f"is not reached ({type(reply).__name__})", "连接不上。", f"see the end of logs/{part}.log"
        )
    if reply.is_success or (starting and reply.status_code == 503):
        return reply, None
    return None, Trouble(part, f"answers HTTP {reply.status_code}", "应答异常。", f"see logs/{part}.log")


def _known_to(part: str, reply: httpx.Response | httpx.HTTPError, settings: Settings) -> Trouble | None:
    if isinstance(reply, httpx.Response) and reply.status_code == 401:
        name = "rasa_token" if part == "rasa" else "service_token"
        return Trouble(
            part,
            "refuses our token: it was started with another key",
            "令牌不符。",
            f"restart the assistant; every process must read {settings.home}/keys/{name}",
        )
    return None


def _get(
    url: str, headers: dict[str, str], method: str = "GET", params: dict[str, str] | None = None
) -> httpx.Response | httpx.HTTPError:
    try:
        # Plain http between our own processes: loading certificates would cost most of the time.
        with httpx.Client(timeout=PATIENCE_S, trust_env=False, verify=False) as http:  # noqa: S501
            return http.request(method, url, headers=headers, params=params)
    except httpx.HTTPError as error:
        return error
