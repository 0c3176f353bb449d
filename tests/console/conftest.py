"""The console over a real SQLite database, asked over ASGI, with the staff of a small city."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine, inspect
from starlette.applications import Starlette

from apps.console.app import create_app
from apps.console.composition import assemble
from apps.console.forms import TOKEN_HEADER
from apps.console.services import Services
from core.catalogue.models import Agency, Region, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import open_engine, reading
from core.keys import ensure_keys
from core.limits.memory import MemoryLimiter
from core.settings import Settings
from knowledge_base.passages.chunk import chunk
from staff.actors import Operator
from tests.console.guides import FULL

SIZES = {"desk": (1280, 800), "tablet": (820, 1180)}
HOST = "http://console.test"
PASSWORD = "correct horse 42"
ACCOUNTS = {
    "admin": (None, ["administrator"]),
    "ybj.admin": ("ybj", ["administrator"]),
    "li.editor": ("ybj", ["editor"]),
    "zhao.reviewer": ("ybj", ["reviewer"]),
    "sun.editor": ("gjj", ["editor"]),
}


class Clerk:
    """A browser of one person: follows no redirect, posts forms with the token of the session."""

    def __init__(self, app: Starlette) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=HOST)
        self.token = ""

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def post(self, path: str, fields: Any = None, **headers: str) -> httpx.Response:
        """A form of our own page, unless a header or its token says otherwise."""
        sent = {"form_token": self.token, **(fields or {})}
        told = {"origin": HOST, TOKEN_HEADER: str(sent["form_token"]), **headers}
        return await self.http.post(path, data=sent, headers=told)

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        """The answer to the sign-in form; afterwards the token of the session is known."""
        answer = await self.post("/sign-in", {"login": login, "password": password})
        if answer.status_code == 303:
            page = await self.get("/")
            found = re.search(r'name="form_token" value="([^"]+)"', page.text)
            assert found
            self.token = found[1]
        return answer


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))


@pytest.fixture
def engine(sqlite_template: Path, tmp_path: Path) -> Engine:
    shutil.copy(sqlite_template, tmp_path / "weizheng.db")
    return open_engine(f"sqlite:///{tmp_path}/weizheng.db")


@pytest.fixture
def services(engine: Engine, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """With the accounts in the database; hashing is made cheap."""
    monkeypatch.setattr("staff.passwords._MEMORY_KIB", 64)
    monkeypatch.setattr("staff.passwords._PASSES", 1)
    settings = Settings(_env_file=None, home=tmp_path)
    made = assemble(settings, ensure_keys(tmp_path), engine=engine, clock=clock, limiter=MemoryLimiter())
    writes = CatalogueWrites(engine)
    for external_id, name in (("ybj", "示例市医保局"), ("gjj", "示例市公积金中心")):
        writes.put_agency(Agency(external_id=external_id, name=name))
    for login, (agency, roles) in ACCOUNTS.items():
        given = {"login": login, "name": login, "password": PASSWORD, "roles": roles, "agency": agency}
        made.commands.run(Operator(), "account.add", given)
    return made


@pytest.fixture
async def app(services: Services, clock: FixedClock) -> AsyncIterator[Starlette]:
    made = create_app(services, clock.local().tzinfo)  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(made.router.lifespan_context(made))
        yield made


@pytest.fixture
async def browser(app: Starlette) -> AsyncIterator[Callable[[], Clerk]]:
    """Opens browsers, each with cookies of its own."""
    opened: list[Clerk] = []

    def new() -> Clerk:
        opened.append(Clerk(app))
        return opened[-1]

    yield new
    for one in opened:
        await one.http.aclose()


@pytest.fixture
async def signed_in(browser: Callable[[], Clerk]) -> Callable[[str], Any]:
    """Opens a browser and signs somebody in."""

    async def enter(login: str) -> Clerk:
        clerk = browser()
        assert (await clerk.sign_in(login)).status_code == 303
        return clerk

    return enter


@pytest.fixture
def guide(engine: Engine) -> ServiceItem:
    """A published guide in which every field says something."""
    writes = CatalogueWrites(engine)
    writes.put_region(Region(code="990100", name="示例市"))
    writes.put(FULL, chunk(FULL, FULL.name), Status.PUBLISHED)
    return FULL


@pytest.fixture
def everything(engine: Engine) -> Callable[[], dict[str, list[str]]]:
    """The rows of every table but sessions, whose last page view is noted."""
    names = sorted(set(inspect(engine).get_table_names()) - {"staff_session"})

    def read() -> dict[str, list[str]]:
        with reading(engine) as connection:
            return {
                name: [str(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")]
                for name in names
            }

    return read


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    """The console on a port of its own."""
    app = create_app(services, ZoneInfo("Asia/Shanghai"))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, http="h11", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


# A refusal that a test asks for, and whoever typed before the page had chosen a field.
_NO_PROBLEMS = ("Failed to load", "Autofocus processing was blocked")


@pytest.fixture(params=sorted(SIZES))
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """The way in; nothing may be blocked or come from elsewhere."""
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", base_url=address, reduced_motion="reduce"
    )
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda line: problems.append(line.text) if not line.text.startswith(_NO_PROBLEMS) else None,
    )
    opened.on(
        "request",
        lambda sent: problems.append(sent.url) if not sent.url.startswith(address) else None,
    )
    opened.goto("/")
    yield opened
    context.close()
    assert problems == []
