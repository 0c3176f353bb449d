"""The citizen's district: chosen in the page, picked, or named in words; it stays with the conversation."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from core.answering import AnswerStatus, Aspect
from knowledge_base.contract import AnswerReply, Choice, ChoicesPart, Target


@pytest.fixture
def asking() -> AnswerReply:
    target = Target(kind="item", id=12)
    choices = [
        Choice(title=name, target=target, aspect=Aspect.PLACE, region=code)
        for name, code in (("东区", "990101"), ("西区", "990102"))
    ]
    return AnswerReply(
        status=AnswerStatus.CLARIFY,
        parts=[ChoicesPart(text="您在哪个区？", choices=choices)],
        asks_region=True,
    )


async def said(citizen: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await citizen.post("/api/chat", json=body)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def pick_second(portal: Any, citizen: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    offer = await said(citizen, text="去哪办", **more)
    return await said(citizen, payload=offer["messages"][-1]["choices"][1]["payload"], **more)


async def test_picked_district_goes_along_and_stays(
    portal: Any, citizen: httpx.AsyncClient, asking: AnswerReply, replies: dict[str, Any]
) -> None:
    portal.rasa.replies["去哪办"] = asking
    reply = await pick_second(portal, citizen)
    sent = portal.rasa.seen[1]
    assert json.loads(sent["message"].removeprefix("/choose")) == {
        "target_kind": "item", "target_id": 12, "aspect": "place", "region": "990102",
    }  # fmt: skip
    assert sent["metadata"]["region"] == "990102"
    assert reply["region"] == "990102"
    await said(citizen, text="要钱吗")
    assert portal.rasa.seen[2]["metadata"]["region"] == "990102"


async def test_picked_district_counts_more_than_the_page_s(
    portal: Any, citizen: httpx.AsyncClient, asking: AnswerReply
) -> None:
    portal.rasa.replies["去哪办"] = asking
    assert (await pick_second(portal, citizen, region="990101"))["region"] == "990102"


async def test_picked_district_reaches_the_knowledge_service_when_the_dialogue_engine_is_down(
    portal: Any, citizen: httpx.AsyncClient, asking: AnswerReply, replies: dict[str, Any]
) -> None:
    portal.rasa.reply = httpx.Response(500)
    portal.knowledge.reply = asking
    await pick_second(portal, citizen)
    asked = portal.knowledge.asked[1]
    assert (asked.region, asked.chosen, asked.aspect) == ("990102", Target(kind="item", id=12), Aspect.PLACE)
    assert (asked.question, asked.offered, asked.current) == ("", [], None)


async def test_district_named_in_words_is_kept(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    portal.rasa.reply = replies["guide"]().model_copy(update={"region": "990102"})
    assert (await said(citizen, text="西区在哪办", region="990101"))["region"] == "990102"
    portal.rasa.reply = replies["guide"]()
    assert (await said(citizen, text="要钱吗"))["region"] == "990102"
    assert portal.rasa.seen[1]["metadata"]["region"] == "990102"
    assert [row["region"] for row in portal.rows("answer_log")] == ["990102", "990102"]
    assert (await citizen.get("/api/conversation")).json()["region"] == "990102"


async def test_district_is_forgotten_on_demand(portal: Any, citizen: httpx.AsyncClient) -> None:
    await said(citizen, text="居住证", region="990101")
    assert (await said(citizen, text="居住证", region=""))["region"] is None
    await said(citizen, text="居住证")
    assert [body["metadata"]["region"] for body in portal.rasa.seen] == ["990101", None, None]


async def test_new_conversation_is_in_no_district(citizen: httpx.AsyncClient) -> None:
    assert (await citizen.get("/api/conversation")).json()["region"] is None
