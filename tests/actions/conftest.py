"""The real action server over a knowledge service that answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from rasa_sdk.interfaces import Action

from actions.app import create_app
from actions.base import Patience
from actions.registry import all_actions
from core.answering import AnswerStatus, Aspect
from knowledge_base.contract import AnswerReply, AnswerRequest, SearchHit, SearchReply, Target, TextPart

TOKEN = "a-token-of-this-test-only"
NOW = 1_790_000_000.0
HOTLINE = "12399"


REPLY = AnswerReply(
    status=AnswerStatus.ANSWERED_GUIDE,
    parts=[TextPart(text="带身份证。")],
    target=Target(kind="item", id=12),
    aspect=Aspect.MATERIALS,
)


@dataclass
class FakeKnowledge:
    """Records what it is asked."""

    reply: AnswerReply = REPLY
    error: Exception | None = None
    delay_s: float = 0.0
    together: asyncio.Barrier | None = None
    titles: dict[int, str] = field(default_factory=dict)
    asked: list[AnswerRequest] = field(default_factory=list)
    searched: list[tuple[str, str | None]] = field(default_factory=list)
    request_ids: list[str | None] = field(default_factory=list)

    async def answer(self, request: AnswerRequest, *, request_id: str | None = None) -> AnswerReply:
        self.asked.append(request)
        self.request_ids.append(request_id)
        await asyncio.sleep(self.delay_s)
        if self.together:
            await self.together.wait()
        if self.error:
            raise self.error
        return self.reply

    async def search(self, text: str, k: int = 10, region: str | None = None) -> SearchReply:
        self.searched.append((text, region))
        await asyncio.sleep(self.delay_s)
        if self.error:
            raise self.error
        hits = [
            SearchHit(passage_id=key, item_id=key, external_id=f"I{key}", title=title, text="", score=1.0)
            for key, title in self.titles.items()
        ]
        return SearchReply(hits=hits, took_ms=1.0)


def tracker(text: str = "居住证要带什么", intent: str = "ask_materials", **latest: Any) -> dict[str, Any]:
    """A tracker as Rasa sends it; `slots`, `events`, `entities` and `metadata` may be given."""
    slots, events = latest.pop("slots", {}), latest.pop("events", [])
    message = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": [], **latest}
    return {
        "sender_id": "c1",
        "slots": {"item": None, "aspect": None, "region": None, "region_asked": None, **slots},
        "latest_message": message,
        "events": events,
        "paused": False,
        "followup_action": None,
        "active_loop": {},
        "latest_action_name": "action_listen",
    }


Post = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def knowledge() -> FakeKnowledge:
    return FakeKnowledge()


@pytest.fixture
async def http(knowledge: FakeKnowledge) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the server, which runs for the test."""

    @asynccontextmanager
    async def open_actions() -> AsyncIterator[Iterable[Action]]:
        yield all_actions(knowledge, Patience(8.0, lambda: NOW), HOTLINE)

    app = create_app(open_actions, TOKEN)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://actions") as client,
    ):
        yield client


@pytest.fixture
def turn(http: httpx.AsyncClient) -> Post:
    """Runs an action on a tracker made from what is given."""

    async def run(action: str = "action_ask", **given: Any) -> httpx.Response:
        call = {"next_action": action, "sender_id": "c1", "tracker": tracker(**given)}
        return await http.post("/webhook", params={"token": TOKEN}, json=call)

    return run
