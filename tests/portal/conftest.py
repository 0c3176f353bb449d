"""The portal over a real database in a temporary folder, with a dialogue engine and knowledge that obey."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine, text

from apps.portal.app import create_app
from apps.portal.composition import assemble
from apps.portal.rasa import RasaDialogue
from apps.portal.server import server_config
from apps.portal.services import Services
from apps.portal.subjects import Subjects
from apps.portal.suggesting import open_suggesting
from core.answering import AnswerStatus, Aspect
from core.catalogue.keys import RecordKey
from core.catalogue.models import Material, Region, ServiceItem, Status
from core.catalogue.records import CatalogueState, StoredRecord
from core.clock import FixedClock
from core.database.engine import open_engine, reading
from core.errors import Unavailable
from core.keys import Keys
from core.limits.memory import MemoryLimiter
from core.settings import Settings
from knowledge_base.contract import (
    AnswerPart,
    AnswerReply,
    AnswerRequest,
    Choice,
    ChoicesPart,
    Citation,
    ItemRef,
    SearchHit,
    SearchReply,
    ServiceState,
    Target,
    TextPart,
)
from tests.portal.recommender import Profiles, Recommending, recommendation, recommended

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEYS = Keys(
    service_token="s" * 20, cookie_secret="c" * 20, redis_password="r" * 20, rasa_token="t" * 20,
    second_factor_key="f" * 20,
)  # fmt: skip


def guide_reply() -> AnswerReply:
    """An answer from a guide with a source."""
    citation = Citation(
        document_id=7,
        external_id="jzz-bf",
        title="示例市居住证办法",
        agency="示例市公安局",
        document_number="示政办发〔2025〕8号",
        published_on=date(2025, 6, 1),
        url="https://example.gov.cn/jzz",
        quote="应当提交",
    )
    part = AnswerPart(
        text="1. 居民身份证 原件1份\n2. 居住地住址证明 复印件1份",
        citations=[citation],
        item=ItemRef(item_id=12, name="居住证申领", agency="示例市公安局"),
        aspect=Aspect.MATERIALS,
        related=[ItemRef(item_id=13, name="居住证签注")],
    )
    return AnswerReply(
        status=AnswerStatus.ANSWERED_GUIDE,
        parts=[part],
        target=Target(kind="item", id=12),
        aspect=Aspect.MATERIALS,
        passage_ids=[3, 4],
        versions={"item:12": 2},
        step_ms={"retrieve": 11.5},
    )


def clarify_reply() -> AnswerReply:
    """A question back with two choices."""
    choices = [
        Choice(title="居住证申领", target=Target(kind="item", id=12), aspect=Aspect.MATERIALS),
        Choice(title="居住证签注", target=Target(kind="item", id=13)),
    ]
    return AnswerReply(
        status=AnswerStatus.CLARIFY, parts=[ChoicesPart(text="您要办的是哪一项？", choices=choices)]
    )


def text_reply(words: str, status: AnswerStatus = AnswerStatus.ANSWERED_CANNED) -> AnswerReply:
    """A sentence."""
    return AnswerReply(status=status, parts=[TextPart(text=words)])


class Rasa:
    """A dialogue engine behind its HTTP interface; records what it is sent, and keeps it waiting if told."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.urls: list[httpx.URL] = []
        self.reply: AnswerReply | httpx.Response | Exception = guide_reply()
        self.replies: dict[str, AnswerReply] = {}
        self.at_once = 0
        self.most_at_once = 0
        self._passes: int | None = None

    def hold(self) -> None:
        """From now on turns wait inside for their release."""
        self._passes = 0

    def release(self, count: int) -> None:
        """Lets so many of them go; may be called from another thread."""
        assert self._passes is not None
        self._passes += count

    async def inside(self, count: int) -> None:
        """Until so many turns are inside."""
        async with asyncio.timeout(20):
            while self.at_once < count:
                await asyncio.sleep(0.005)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.seen.append(body)
        self.urls.append(request.url)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self._pass()
        finally:
            self.at_once -= 1
        reply = self.replies.get(body["message"], self.reply)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            return reply
        custom = {"weizheng": reply.model_dump(mode="json")}
        return httpx.Response(200, json=[{"recipient_id": body["sender"], "custom": custom}])

    async def _pass(self) -> None:
        while self._passes == 0:
            await asyncio.sleep(0.005)
        if self._passes is not None:
            self._passes -= 1

    @property
    def messages(self) -> list[str]:
        return [body["message"] for body in self.seen]


class Knowledge:
    """A knowledge service that answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[AnswerRequest] = []
        self.told: list[AnswerRequest] = []
        self.request_ids: list[str | None] = []
        self.searched: list[tuple[str, int, str | None]] = []
        self.reply: AnswerReply | Exception = guide_reply()
        self.ready = True
        self.error: Exception | None = None

    async def answer(self, request: AnswerRequest, *, request_id: str | None = None) -> AnswerReply:
        self.asked.append(request)
        self.request_ids.append(request_id)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    async def look_ahead(self, request: AnswerRequest, *, request_id: str | None = None) -> None:
        self.told.append(request)
        if self.error:
            raise self.error

    async def search(self, text: str, k: int = 10, region: str | None = None) -> SearchReply:
        self.searched.append((text, k, region))
        if self.error:
            raise self.error
        hit = SearchHit(
            passage_id=1, item_id=12, external_id="jzz", title="居住证申领", text="材料", score=0.9
        )
        return SearchReply(hits=[hit], took_ms=3.5)

    async def state(self) -> ServiceState:
        if self.error:
            raise self.error
        return ServiceState(
            epoch="e", revision=1, catalogue_revision=1, documents=1, items=1, passages=1,
            model="m", dimension=4, ready=self.ready,
        )  # fmt: skip


class Catalogue:
    """Two service items, of which one is shown."""

    def __init__(self) -> None:
        self.filters: dict[str, Any] = {}
        self.error: Exception | None = None
        self.demo = True
        self.more: list[StoredRecord] = []
        self.revision = 1
        guide = ServiceItem(
            external_id="jzz", name="居住证申领", agency="示例市公安局", region="990100", theme="户籍",
            materials=[Material(name="居民身份证")],
        )  # fmt: skip
        self.item = StoredRecord(RecordKey("item", 12), "jzz", 2, 9, Status.PUBLISHED, guide.name, guide)

    def holds_demo(self) -> bool:
        return self.demo

    def record(self, key: RecordKey) -> StoredRecord | None:
        return self.item if key.id in (12, 13) else None

    def shown(self, keys: list[RecordKey], region: str | None, today: date) -> dict[RecordKey, int]:
        return {key: 2 for key in keys if key.id == 12}

    def items(self, **filters: Any) -> tuple[list[StoredRecord], int]:
        if self.error:
            raise self.error
        self.filters = filters
        return [self.item, *self.more], 1 + len(self.more)

    def regions(self) -> list[Region]:
        names = {"990100": "示例市", "990101": "东区", "990102": "西区"}
        return [Region(code=code, name=name) for code, name in names.items()]

    def state(self) -> CatalogueState:
        return CatalogueState("e", self.revision)


class Trackers:
    """What the dialogue engine remembers; may be out of reach."""

    name: Final = "dialogue"
    tables: Final[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.down = False

    def export(self, citizen: str) -> dict[str, Any]:
        self._reach()
        return {"tracker": self.kept.get(citizen)}

    def erase(self, citizen: str) -> None:
        self._reach()
        self.kept.pop(citizen, None)

    def wipe(self) -> None:
        self._reach()

    def _reach(self) -> None:
        if self.down:
            raise Unavailable("redis: ConnectionError")

    def close(self) -> None: ...


@dataclass
class Portal:
    """The portal under test and what stands around it."""

    services: Services
    engine: Engine
    clock: FixedClock
    rasa: Rasa
    knowledge: Knowledge
    catalogue: Catalogue
    trackers: Trackers
    limiter: MemoryLimiter
    recommending: Recommending
    profiles: Profiles
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def citizen(self, **options: Any) -> httpx.AsyncClient:
        """A new visitor with an empty cookie jar."""
        transport = httpx.ASGITransport(create_app(self.services), raise_app_exceptions=True)
        client = httpx.AsyncClient(transport=transport, **{"base_url": "http://portal", **options})
        self.clients.append(client)
        return client

    def rows(self, table: str) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]

    def dump(self) -> str:
        """All that is in the tables of citizens and conversations."""
        tables = (
            "conversation", "message", "answer_log", "choice_token", "client_message", "citizen", "consent",
            "feedback", "feedback_reply", "notice", "notice_stop", "rating", "rating_task", "rating_step",
            "subscription", "interaction", "profile_fact", "profile_life_event", "dismissal",
            "citizen_reference",
        )  # fmt: skip
        return repr({table: self.rows(table) for table in tables})


def make_settings(home: Path, **values: Any) -> Settings:
    return Settings(home=home, rasa_url="http://rasa", **{"web_deadline_s": 10.0, **values})


@pytest.fixture
def make_portal(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Portal]]:
    engines: list[Engine] = []
    shutil.copy(sqlite_template, tmp_path / "weizheng.db")

    def make(**values: Any) -> Portal:
        settings = make_settings(tmp_path, **values)
        engine = open_engine(settings.database_url)
        engines.append(engine)
        rasa, knowledge, catalogue, clock = Rasa(), Knowledge(), Catalogue(), FixedClock(NOW)
        trackers, limiter = Trackers(), MemoryLimiter()
        recommending, profiles = Recommending(), Profiles()
        suggesting = open_suggesting(settings, KEYS, engine, clock, Subjects(catalogue, clock))
        http = httpx.AsyncClient(transport=httpx.MockTransport(rasa))
        services = assemble(
            settings,
            KEYS,
            engine=engine,
            clock=clock,
            dialogue=RasaDialogue(http, settings.rasa_url, KEYS.rasa_token),
            knowledge=knowledge,
            catalogue=catalogue,
            trackers=trackers,
            limiter=limiter,
            suggesting=replace(suggesting, recommending=recommending, deeds=profiles),
        )
        return Portal(
            services, engine, clock, rasa, knowledge, catalogue, trackers, limiter, recommending, profiles
        )

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
async def portal(make_portal: Callable[..., Portal]) -> AsyncIterator[Portal]:
    made = make_portal()
    yield made
    for client in made.clients:
        await client.aclose()


@pytest.fixture
def citizen(portal: Portal) -> httpx.AsyncClient:
    return portal.citizen()


@contextmanager
def served(services: Services, **options: Any) -> Iterator[str]:
    """The portal on a free port, in a thread; its address."""
    server = uvicorn.Server(server_config(services, "127.0.0.1", 0, **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def address(make_portal: Callable[..., Portal]) -> Iterator[tuple[str, Portal]]:
    """The portal as a browser reaches it."""
    made = make_portal()
    with served(made.services) as url:
        yield url, made


@pytest.fixture
def serve() -> Callable[..., Any]:
    """Serves the portal as long as it is needed."""
    return served


@pytest.fixture
def replies() -> dict[str, Any]:
    """Makers of replies, as tests cannot import this file."""
    return {"guide": guide_reply, "clarify": clarify_reply, "text": text_reply}


@pytest.fixture
def offers() -> dict[str, Any]:
    """Makers of recommendations, as tests cannot import this file."""
    return {"one": recommendation, "list": recommended}
