"""What staff reply to an opinion stands under its answer, for nobody else, as long as that is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import insert

from core.catalogue.tables import agency
from core.citizens.retention import purge
from core.citizens.tables import feedback_reply
from core.database.engine import writing


async def told(portal: Any, citizen: httpx.AsyncClient, **values: Any) -> str:
    """Somebody asks, says that the answer is wrong, and staff reply; the answer."""
    answer_id = str((await citizen.post("/api/chat", json={"text": "居住证"})).json()["answer_id"])
    said = {"answer_id": answer_id, "useful": False, "reason": "wrong", "text": "电话不对"}
    assert (await citizen.post("/api/feedback", json=said)).status_code == 200
    now = portal.clock.now()
    row = {
        "answer_id": answer_id, "state": "replied", "agency": "gaj", "text": "已经更正。", "number": 1,
        "replied": now, "reason": "内部的话", "owner": "li.editor", "changed": now,
    }  # fmt: skip
    with writing(portal.engine) as connection:
        connection.execute(insert(feedback_reply).values(**{**row, **values}))
    return answer_id


def put_agency(portal: Any) -> None:
    with writing(portal.engine) as connection:
        row = {"external_id": "gaj", "name": "示例市公安局", "payload": "{}"}
        connection.execute(insert(agency).values(**row))


async def bubbles(citizen: httpx.AsyncClient) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = (await citizen.get("/api/conversation")).json()["messages"]
    return messages


async def test_a_reply_stands_once_with_the_answer_that_it_is_about(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    put_agency(portal)
    answer_id = await told(portal, citizen)
    await citizen.post("/api/chat", json={"text": "别的问题"})
    found = [one for one in await bubbles(citizen) if one["reply"] is not None]
    assert [(one["answer_id"], one["role"]) for one in found] == [(answer_id, "assistant")]
    reply = {"text": "已经更正。", "agency": "示例市公安局", "at": "2026-03-02T01:00:00Z"}
    assert found[0]["reply"] == reply
    exported = (await citizen.get("/api/me/export")).text
    assert "已经更正。" in exported
    # What staff say among themselves, and who they are, is not the citizen's.
    assert "内部的话" not in exported + repr(await bubbles(citizen))
    assert "li.editor" not in exported


async def test_nobody_else_gets_it_and_what_is_closed_is_told_nobody(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await told(portal, citizen, text=None, replied=None, state="closed", number=0)
    stranger = portal.citizen()
    await told(portal, stranger, agency=None)
    assert all(one["reply"] is None for one in await bubbles(citizen))
    (found,) = [one["reply"] for one in await bubbles(stranger) if one["reply"] is not None]
    assert found["agency"] is None


async def test_it_goes_with_the_answer_and_with_the_citizen(portal: Any, citizen: httpx.AsyncClient) -> None:
    await told(portal, citizen)
    stranger = portal.citizen()
    await told(portal, stranger)
    await stranger.delete("/api/me")
    assert len(portal.rows("feedback_reply")) == 1
    portal.clock.move_to(portal.clock.now() + timedelta(days=31))
    purge(portal.engine, portal.clock, 30)
    assert await bubbles(citizen) == []
    assert len(portal.rows("feedback_reply")) == 1
    portal.clock.move_to(portal.clock.now() + timedelta(days=340))
    purge(portal.engine, portal.clock, 30)
    assert portal.rows("feedback_reply") == []
