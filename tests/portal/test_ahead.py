"""What is asked is told to the knowledge service while it is stored and the dialogue engine reads it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from apps.portal import ahead
from apps.portal.ahead import FEW, LookingAhead
from apps.portal.deadline import Deadline
from core.errors import Unavailable
from tests.portal.conftest import Knowledge


async def told(
    knowledge: Knowledge, text: str = "第二个", region: str | None = None, under_way: int = 1
) -> None:
    await look(LookingAhead(knowledge, lambda: under_way), text, region)


async def look(looking: LookingAhead, text: str, region: str | None, conversation: str = "one") -> None:
    with looking.looking(conversation, text, region, Deadline(5), "request"):
        await asyncio.sleep(0.01)


def asked(knowledge: Knowledge) -> list[tuple[str, str | None]]:
    return [(one.question, one.region) for one in knowledge.told]


async def test_the_question_is_told_while_the_turn_goes_on() -> None:
    knowledge = Knowledge()
    await told(knowledge, "要什么材料", "519901")
    assert asked(knowledge) == [("要什么材料", "519901")]


async def test_nothing_is_told_under_load_without_words_or_of_abuse() -> None:
    knowledge = Knowledge()
    await told(knowledge, under_way=FEW + 1)
    await told(knowledge, text="")
    await told(knowledge, text="你们都是傻逼")
    assert knowledge.told == []


async def test_without_a_region_it_is_that_of_the_turn_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "REMEMBERED", 2)
    knowledge = Knowledge()
    looking = LookingAhead(knowledge, lambda: 1)
    for conversation in ("one", "two", "three"):
        looking.note_region(conversation, "519901")
    await look(looking, "停水", None, "three")
    await look(looking, "停电", "", "three")
    await look(looking, "停气", None, "one")
    assert asked(knowledge) == [("停水", "519901"), ("停电", None), ("停气", None)]


async def test_a_knowledge_service_that_is_away_changes_nothing() -> None:
    knowledge = Knowledge()
    knowledge.error = Unavailable("knowledge service: ConnectError")
    await told(knowledge)
    assert len(knowledge.told) == 1


async def test_a_turn_whose_time_is_up_ends_by_itself() -> None:
    knowledge = Knowledge()
    with LookingAhead(knowledge, lambda: 1).looking("one", "停水", None, Deadline(0), "request"):
        await asyncio.sleep(0.01)
    assert knowledge.told == []


async def test_a_turn_that_fails_fails_as_it_is_and_waits_for_nothing() -> None:
    class Slow(Knowledge):
        async def look_ahead(self, request: object, *, request_id: str | None = None) -> None:
            await asyncio.sleep(30)

    async def failing() -> None:
        with LookingAhead(Slow(), lambda: 1).looking("one", "停水", None, Deadline(5), "request"):
            await asyncio.sleep(0.01)
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        await asyncio.wait_for(failing(), timeout=2)


async def test_the_portal_tells_what_is_typed_and_not_what_is_picked(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    portal.rasa.reply = replies["clarify"]()
    for message in ({"text": "办居住证要什么材料", "region": "990101"}, {"text": "多久能办好"}):
        reply = (await citizen.post("/api/chat", json=message)).json()
    await citizen.post("/api/chat", json={"payload": reply["messages"][0]["choices"][0]["payload"]})
    assert asked(portal.knowledge) == [("办居住证要什么材料", "990101"), ("多久能办好", "990101")]
