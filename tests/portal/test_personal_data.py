"""Export and erasure: everything about a citizen, whatever stores it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import insert, inspect

from channels.ports import Notice, NoticeKind
from channels.web.inbox import put_notices
from core.citizens.tables import feedback_reply
from core.database.engine import writing
from tests.recommender.cities import City

# Whose data are still to be erased: it forgets its rows itself.
PARTS = [
    "dialogue", "inbox", "ratings", "recommendations", "feedback", "conversation", "followups",
    "subscriptions", "consents",
]  # fmt: skip
LEDGER_OF_ERASURES = "erasure"
WORDS = "我叫王小明住和平路8号"
AGREED = {"personalize": True, "profile_facts": True, "push_web": True}


async def live(portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]) -> str:
    """A citizen of whom every part stores something; the conversation's id."""
    City(portal.engine, portal.clock).publish(12, theme="户籍")
    portal.rasa.reply = replies["clarify"]()
    offer = (await citizen.post("/api/chat", json={"text": WORDS, "client_message_id": "m1"})).json()
    portal.rasa.reply = replies["guide"]()
    await citizen.put("/api/consents", params={"notice_version": "3"}, json=AGREED)
    picked = await citizen.post(
        "/api/chat",
        json={"payload": offer["messages"][0]["choices"][0]["payload"], "region": "990101"},
    )
    await citizen.post(
        "/api/feedback", json={"answer_id": picked.json()["answer_id"], "useful": False, "text": WORDS}
    )
    bad = {"level": 1, "reasons": ["other"], "text": WORDS}
    await citizen.post("/api/ratings", json={"target": {"kind": "conversation"}, **bad})
    await citizen.post("/api/ratings", json={"target": {"kind": "item", "item_id": 12}, **bad})
    be_replied_to(portal, picked.json()["answer_id"])
    await be_told(portal, citizen, str(offer["conversation"]))
    await be_recommended(citizen)
    portal.rasa.reply = httpx.ReadTimeout("slow")
    await citizen.post("/api/chat", json={"text": f"{WORDS}，再问一次"})
    conversation = str(offer["conversation"])
    portal.trackers.kept[conversation] = WORDS
    return conversation


def be_replied_to(portal: Any, answer_id: str) -> None:
    """Staff answer to what was said of an answer, in its words."""
    now = portal.clock.now()
    row = {
        "answer_id": answer_id, "state": "replied", "text": WORDS, "number": 1, "replied": now,
        "owner": "li.editor", "changed": now,
    }  # fmt: skip
    with writing(portal.engine) as connection:
        connection.execute(insert(feedback_reply).values(**row))


async def be_told(portal: Any, citizen: httpx.AsyncClient, who: str) -> None:
    """A subscription, a notice, and a kind that is stopped."""
    await citizen.put("/api/subscriptions", json=[{"kind": "item", "target": "12", "subscribed": True}])
    told = Notice(
        citizen=who, kind=NoticeKind.PUSH, title="新政策", text=WORDS, why="您同意了提醒。", dedup_key="1"
    )
    with writing(portal.engine) as connection:
        put_notices(connection, [told], portal.clock.now())
    await citizen.post("/api/inbox/stop", json={"kind": "correction"})


async def be_recommended(citizen: httpx.AsyncClient) -> None:
    """Something told, something done, something not wanted, and a reference."""
    told = {"facts": {"age": 34}, "life_events": ["出生"]}
    assert (await citizen.put("/api/profile", json=told)).json()["reference"]
    for number, kind in enumerate(("click", "dismiss")):
        event = {"event_id": f"e{number}", "item_id": 12, "type": kind, "occurred_at": "2026-03-02T01:00:00Z"}
        assert (await citizen.post("/api/interactions", json=event)).json() == {"kept": 1, "personal": True}


# They tell of questions, not of who asked: neither words nor a citizen are in them.
OF_NOBODY = {"question_group", "question_part", "grouped_question"}


def tables_about_citizens(portal: Any) -> set[str]:
    """Tables that name a citizen or a conversation, whichever room has made them."""
    looking = inspect(portal.engine)
    found = {"citizen", "conversation"}
    for table in looking.get_table_names():
        names = {column["name"] for column in looking.get_columns(table)}
        keys = {key["referred_table"] for key in looking.get_foreign_keys(table)}
        if {"citizen", "conversation", "citizen_id", "conversation_id"} & names | (found & keys):
            found.add(table)
    return found - {LEDGER_OF_ERASURES} - OF_NOBODY


def test_every_table_about_citizens_is_somebody_s_part(portal: Any) -> None:
    covered = [table for part in portal.services.records.parts for table in part.tables]
    assert sorted(covered) == sorted(tables_about_citizens(portal))


def test_parts_have_names_of_their_own(portal: Any) -> None:
    names = [part.name for part in portal.services.records.parts]
    assert names == PARTS


async def test_export_holds_everything(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    conversation = await live(portal, citizen, replies)
    stranger = portal.citizen()
    await stranger.post("/api/chat", json={"text": "别人的问题"})
    response = await citizen.get("/api/me/export")
    assert "attachment" in response.headers["content-disposition"]
    body = response.json()
    assert (body["exported_at"], body["notice_version"]) == ("2026-03-02T01:00:00Z", "3")
    data = body["data"]
    assert list(data) == PARTS
    assert data["dialogue"] == {"tracker": WORDS}
    told = data["conversation"]
    assert (told["conversation"]["id"], told["conversation"]["region"]) == (conversation, "990101")
    assert len(told["messages"]) == 5
    assert sorted(one["title"] for one in told["choices"]) == ["居住证申领", "居住证签注"]
    assert [one["client_message_id"] for one in told["stored_replies"]] == ["m1"]
    assert sorted(one["status"] for one in told["answers"]) == ["answered_guide", "clarify", "error_timeout"]
    assert data["feedback"]["opinions"][0]["text"] == WORDS
    assert data["feedback"]["replies"][0]["text"] == WORDS
    assert {one["purpose"] for one in data["consents"]["history"]} == set(AGREED)
    known = data["recommendations"]
    assert [one["type"] for one in known["interactions"]] == ["ask", "click", "dismiss"]
    assert [(one["name"], one["value"]) for one in known["facts"]] == [("age", 34)]
    assert [one["name"] for one in known["life_events"]] == ["出生"]
    assert [one["target"] for one in known["dismissed"]] == ["12"]
    assert len(known["references"]) == 1
    assert [one["text"] for one in data["inbox"]["notices"]] == [WORDS]
    assert [(one["level"], one["text"]) for one in data["ratings"]["ratings"]] == [(1, WORDS)] * 2
    assert [one["kind"] for one in data["inbox"]["stopped"]] == ["correction"]
    assert [one["title"] for one in data["subscriptions"]["subscriptions"]] == ["居住证申领"]
    assert "别人的问题" not in response.text


async def test_export_of_a_stranger_is_empty_and_stores_nothing(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    data = (await citizen.get("/api/me/export")).json()["data"]
    assert (data["conversation"]["conversation"], data["conversation"]["answers"]) == (None, [])
    assert data["consents"] == {"citizen": None, "history": []}
    assert (portal.rows("conversation"), portal.rows("citizen")) == ([], [])


async def test_export_is_refused_while_a_part_is_away(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.trackers.down = True
    response = await citizen.get("/api/me/export")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "error_unavailable")


async def test_erasure_leaves_nothing_of_the_citizen(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    conversation = await live(portal, citizen, replies)
    stranger = portal.citizen()
    other = await live(portal, stranger, replies)
    response = await citizen.delete("/api/me")
    assert (response.status_code, response.json()) == (200, {"erased": True})
    everything = portal.dump()
    assert conversation not in everything
    assert everything.count(other) > 5
    assert (list(portal.trackers.kept), len(portal.rows("feedback"))) == ([other], 1)
    assert [row["conversation"] for row in portal.rows("rating")] == [other, other]
    # The answers stay as counts: without words, linked to nobody.
    questions = [row["question"] for row in portal.rows("answer_log")]
    assert (len(questions), questions.count("")) == (6, 3)
    assert 'weizheng=""' in response.headers["set-cookie"]
    assert (await citizen.get("/api/conversation")).json()["messages"] == []


async def test_erasure_that_cannot_be_completed_erases_nothing_and_is_not_forgotten(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    conversation = await live(portal, citizen, replies)
    portal.trackers.down = True
    before = portal.dump()
    response = await citizen.delete("/api/me")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "erase_pending")
    assert "自动完成" in response.json()["error"]["message"]
    assert 'weizheng=""' in response.headers["set-cookie"]
    assert portal.dump() == before
    portal.services.tidy()
    assert portal.dump() == before
    portal.trackers.down = False
    portal.services.tidy()
    assert conversation not in portal.dump()
    assert portal.trackers.kept == {}


async def test_erasure_is_done_once_more_for_what_comes_late_and_then_forgotten(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    conversation = await live(portal, citizen, replies)
    await citizen.delete("/api/me")
    portal.trackers.kept[conversation] = "late"
    portal.services.tidy()
    assert portal.trackers.kept
    portal.clock.move_to(portal.clock.now() + timedelta(minutes=11))
    portal.services.tidy()
    assert (portal.trackers.kept, portal.rows("erasure")) == ({}, [])


async def test_erasure_waits_for_the_turn_under_way(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    asking = asyncio.create_task(citizen.post("/api/chat", json={"text": WORDS}))
    await portal.rasa.inside(1)
    erasing = asyncio.create_task(citizen.delete("/api/me"))
    assert not (await asyncio.wait([erasing], timeout=0.2))[0]
    portal.rasa.release(1)
    assert (await asking).status_code == 200
    assert (await erasing).json() == {"erased": True}
    assert WORDS not in portal.dump()


async def test_erasure_does_not_wait_for_ever(make_portal: Any) -> None:
    portal = make_portal(web_deadline_s=0.5)
    citizen = portal.citizen()
    await citizen.get("/api/conversation")
    portal.rasa.hold()
    asking = [asyncio.create_task(citizen.post("/api/chat", json={"text": str(n)})) for n in range(6)]
    await portal.rasa.inside(1)
    assert (await citizen.delete("/api/me")).status_code == 200
    await asyncio.gather(*asking)


async def test_erasure_that_cannot_be_noted_is_said_so(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.get("/api/conversation")
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE erasure")
    response = await citizen.delete("/api/me")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "error_unavailable")
    assert "set-cookie" not in response.headers


async def test_without_a_cookie_there_is_nothing_to_erase(portal: Any, citizen: httpx.AsyncClient) -> None:
    assert (await citizen.delete("/api/me")).json() == {"erased": True}
    assert portal.rows("erasure") == []
