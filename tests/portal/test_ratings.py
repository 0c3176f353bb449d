"""POST and GET /api/ratings: how satisfied a citizen is with a conversation or a service item."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert, select, update

from casework.ratings.models import TaskState
from casework.ratings.tables import rating, rating_step, rating_task
from core.catalogue.models import Agency
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading, writing

CONVERSATION = {"kind": "conversation"}
ITEM = {"kind": "item", "item_id": 12}


async def ask(citizen: httpx.AsyncClient) -> str:
    reply = await citizen.post("/api/chat", json={"text": "居住证", "region": "990101"})
    return str(reply.json()["conversation"])


async def rate(citizen: httpx.AsyncClient, target: Any, level: Any, **rest: Any) -> httpx.Response:
    return await citizen.post("/api/ratings", json={"target": target, "level": level, **rest})


def tasks(portal: Any) -> list[Any]:
    with reading(portal.engine) as connection:
        return list(connection.execute(select(rating_task)).mappings())


def begin(portal: Any) -> None:
    with writing(portal.engine) as connection:
        connection.execute(update(rating_task).values(state=TaskState.IN_HAND))


async def test_a_rating_is_kept_masked(portal: Any, citizen: httpx.AsyncClient) -> None:
    await ask(citizen)
    answer = await rate(
        citizen, CONVERSATION, 2, reasons=["unsolved", "unclear"], text=" 打13912345678没人接 "
    )
    assert answer.status_code == 201
    body = answer.json()
    assert (body["target"], body["level"], body["told"]) == ({**CONVERSATION, "item_id": None}, 2, False)
    assert (body["reasons"], body["text"]) == (["unsolved", "unclear"], "打〔电话号码〕没人接")
    assert body["state"] == "open"
    (row,) = portal.rows("rating")
    assert (row["region"], row["channel"], row["agency"]) == ("990101", "web", None)
    assert "13912345678" not in repr(portal.rows("rating"))


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
async def test_only_the_two_lowest_levels_open_a_task(
    level: int, portal: Any, citizen: httpx.AsyncClient
) -> None:
    await ask(citizen)
    answer = await rate(citizen, CONVERSATION, level)
    assert answer.json()["state"] == ("open" if level <= 2 else None)
    assert len(tasks(portal)) == (level <= 2)


async def test_a_task_is_due_after_fifteen_working_days_of_the_state_calendar(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    # Five holidays of the National Day and three weekends lie between; the 10th of October is worked.
    portal.clock.move_to(datetime(2026, 9, 29, 1, 0, tzinfo=UTC))
    await ask(citizen)
    await rate(citizen, CONVERSATION, 1)
    (task,) = tasks(portal)
    assert (task["opened"], task["due"]) == (date(2026, 9, 29), date(2026, 10, 26))


async def test_an_item_s_task_is_its_agency_s(portal: Any, citizen: httpx.AsyncClient) -> None:
    CatalogueWrites(portal.engine).put_agency(Agency(external_id="gaj", name="示例市公安局"))
    await ask(citizen)
    answer = await rate(citizen, ITEM, 1, reasons=["different"])
    assert answer.json()["title"] == "居住证申领"
    (row,) = portal.rows("rating")
    assert (row["agency"], tasks(portal)[0]["agency"]) == ("gaj", "gaj")


async def test_the_last_rating_of_a_day_stands(portal: Any, citizen: httpx.AsyncClient) -> None:
    await ask(citizen)
    first = await rate(citizen, CONVERSATION, 1, text="差")
    again = await rate(citizen, CONVERSATION, 2)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert len(tasks(portal)) == 1
    good = await rate(citizen, CONVERSATION, 5)
    assert (good.status_code, good.json()["text"], good.json()["state"]) == (200, None, None)
    assert (len(portal.rows("rating")), tasks(portal)) == (1, [])


async def test_the_clock_of_one_that_stays_bad_goes_on(portal: Any, citizen: httpx.AsyncClient) -> None:
    await ask(citizen)
    await rate(citizen, ITEM, 1)
    (before,) = tasks(portal)
    portal.clock.move_to(portal.clock.now() + timedelta(days=9))
    await rate(citizen, ITEM, 2)
    assert tasks(portal) == [before]


async def test_a_conversation_is_rated_once_for_each_day_that_it_was_answered(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await ask(citizen)
    await rate(citizen, CONVERSATION, 4)
    portal.clock.move_to(portal.clock.now() + timedelta(days=1))
    # Nothing was asked since: it is yesterday's conversation that is rated anew.
    assert (await rate(citizen, CONVERSATION, 3)).status_code == 200
    await ask(citizen)
    assert (await rate(citizen, CONVERSATION, 5)).status_code == 201
    listed = (await citizen.get("/api/ratings")).json()["ratings"]
    assert [one["level"] for one in listed] == [5, 3]


async def test_what_staff_have_begun_to_look_into_stays_as_it_is(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await ask(citizen)
    await rate(citizen, CONVERSATION, 1, text="差")
    begin(portal)
    before = portal.rows("rating")
    answer = await rate(citizen, CONVERSATION, 5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "rating_in_hand")
    assert portal.rows("rating") == before
    assert (await citizen.get("/api/ratings")).json()["ratings"][0]["state"] == "in_hand"


async def test_a_consent_says_whether_a_reply_may_come(citizen: httpx.AsyncClient) -> None:
    await ask(citizen)
    await citizen.put("/api/consents", params={"notice_version": "3"}, json={"followup_notice": True})
    assert (await rate(citizen, CONVERSATION, 1)).json()["told"] is True


async def test_who_has_stopped_replies_is_promised_none(citizen: httpx.AsyncClient) -> None:
    await ask(citizen)
    await citizen.put("/api/consents", params={"notice_version": "3"}, json={"followup_notice": True})
    assert (await citizen.post("/api/inbox/stop", json={"kind": "reply"})).status_code == 200
    assert (await rate(citizen, CONVERSATION, 1)).json()["told"] is False


async def test_who_was_not_answered_has_nothing_to_rate(portal: Any, citizen: httpx.AsyncClient) -> None:
    assert (await rate(citizen, CONVERSATION, 1)).status_code == 404
    await citizen.get("/api/conversation")
    for target in (CONVERSATION, ITEM):
        answer = await rate(citizen, target, 1)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert portal.rows("rating") == []


async def test_another_conversation_s_rating_is_neither_seen_nor_changed(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await ask(citizen)
    await rate(citizen, ITEM, 1)
    before = portal.rows("rating")
    stranger = portal.citizen()
    assert (await stranger.get("/api/ratings")).json() == {"ratings": []}
    assert (await rate(stranger, ITEM, 5)).status_code == 404
    assert portal.rows("rating") == before
    await ask(stranger)
    assert (await rate(stranger, ITEM, 5)).status_code == 201
    assert portal.rows("rating")[0] == before[0]


@pytest.mark.parametrize("item_id", [13, 99])
async def test_an_item_that_is_not_published_or_was_not_spoken_of_is_404(
    item_id: int, portal: Any, citizen: httpx.AsyncClient
) -> None:
    await ask(citizen)
    assert (await rate(citizen, {"kind": "item", "item_id": item_id}, 1)).status_code == 404
    assert portal.rows("rating") == []


@pytest.mark.parametrize(
    "body",
    [
        {"target": CONVERSATION},
        {"level": 3},
        *({"target": CONVERSATION, "level": level} for level in (0, 6, -1, 2.5, "2", True, None)),
        {"target": {"kind": "office"}, "level": 3},
        {"target": {"kind": "item"}, "level": 3},
        {"target": {"kind": "item", "item_id": 0}, "level": 3},
        {"target": {"kind": "item", "item_id": "12"}, "level": 3},
        {"target": {"kind": "conversation", "item_id": 12}, "level": 3},
        {"target": CONVERSATION, "level": 1, "reasons": ["ugly"]},
        {"target": CONVERSATION, "level": 1, "reasons": ["attitude"]},
        {"target": CONVERSATION, "level": 1, "reasons": "other"},
        {"target": CONVERSATION, "level": 1, "text": "长" * 501},
        {"target": CONVERSATION, "level": 1, "text": "a\0"},
        [],
    ],
)
async def test_wrong_fields_are_422(portal: Any, citizen: httpx.AsyncClient, body: Any) -> None:
    await ask(citizen)
    answer = await citizen.post("/api/ratings", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_input")
    assert portal.rows("rating") == []


async def test_reasons_stand_once(citizen: httpx.AsyncClient) -> None:
    await ask(citizen)
    answer = await rate(citizen, ITEM, 1, reasons=["slow", "other", "slow"])
    assert answer.json()["reasons"] == ["slow", "other"]


async def test_a_flood_is_refused(make_portal: Any) -> None:
    portal = make_portal(rate_per_minute=3)
    citizen = portal.citizen()
    await ask(citizen)
    answers = [await rate(citizen, CONVERSATION, 1) for _ in range(4)]
    assert [one.status_code for one in answers] == [201, 200, 200, 429]
    assert len(portal.rows("rating")) == 1


async def test_another_site_s_page_rates_nothing(portal: Any, citizen: httpx.AsyncClient) -> None:
    await ask(citizen)
    body = {"target": CONVERSATION, "level": 1}
    answer = await citizen.post("/api/ratings", json=body, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, portal.rows("rating")) == (403, [])


async def test_export_shows_ratings_and_what_was_done_but_no_clerk(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await ask(citizen)
    number = (await rate(citizen, CONVERSATION, 1, text="差")).json()["id"]
    note(portal, number)
    data = (await citizen.get("/api/me/export")).json()["data"]["ratings"]
    assert (data["ratings"][0]["text"], data["tasks"][0]["state"]) == ("差", "open")
    assert data["steps"][0]["text"] == "说过的话"
    assert "li.editor" not in repr(data)


async def test_erasing_leaves_nothing_of_a_rating_its_task_and_what_was_said(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    await ask(citizen)
    stranger = portal.citizen()
    await ask(stranger)
    await rate(stranger, ITEM, 2)
    for target in (CONVERSATION, ITEM):
        note(portal, (await rate(citizen, target, 1, text="差")).json()["id"])
    await citizen.delete("/api/me")
    left = [portal.rows(table) for table in ("rating", "rating_task", "rating_step")]
    assert ([len(rows) for rows in left], left[0][0]["level"]) == ([1, 1, 0], 2)
    with reading(portal.engine) as connection:
        assert connection.execute(select(rating.c.text)).scalars().all() == [None]


def note(portal: Any, number: str) -> None:
    row = {
        "rating_id": number, "at": portal.clock.now(), "login": "li.editor", "kind": "called_back",
        "how": "inbox", "outcome": "explained", "text": "说过的话", "delivery": "waiting",
    }  # fmt: skip
    with writing(portal.engine) as connection:
        connection.execute(insert(rating_step).values(**row))
