"""The inbox and subscriptions over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from channels.ports import Notice, NoticeKind
from channels.web.inbox import put_notices
from core.citizens.notice import load_notice
from core.database.engine import writing

VERSION = load_notice(city="市", hotline="12345", days=30).version
ITEM = {"kind": "item", "target": "12"}
THEME = {"kind": "theme", "target": "户籍"}


@pytest.fixture
async def known(portal: Any, citizen: httpx.AsyncClient) -> str:
    """A citizen who has agreed to notices; their id."""
    both = {"push_web": True, "followup_notice": True}
    (await citizen.put("/api/consents", params={"notice_version": VERSION}, json=both)).raise_for_status()
    return str((await citizen.get("/api/conversation")).json()["conversation"])


def put(portal: Any, who: str, *keys: str, kind: NoticeKind = NoticeKind.FOLLOWUP) -> None:
    some = [
        Notice(citizen=who, kind=kind, title=key, text="文", url="/x", why="您问过。", dedup_key=key)
        for key in keys
    ]  # fmt: skip
    with writing(portal.engine) as connection:
        put_notices(connection, some, portal.clock.now())


async def subscribe(
    citizen: httpx.AsyncClient, *changes: dict[str, Any], version: str | None = None
) -> httpx.Response:
    body = [{"subscribed": True, **one} for one in changes]
    params = {"notice_version": version} if version else {}
    return await citizen.put("/api/subscriptions", params=params, json=body)


async def test_an_inbox_is_read_page_by_page(portal: Any, citizen: httpx.AsyncClient, known: str) -> None:
    put(portal, known, "一", "二", "三")
    page = (await citizen.get("/api/inbox", params={"limit": 2})).json()
    assert ([one["title"] for one in page["items"]], page["unread"], page["more"]) == (["三", "二"], 3, True)
    assert (page["stopped"], page["open"]) == ([], True)
    assert page["items"][0] == {
        "notice_id": page["items"][0]["notice_id"], "kind": "followup", "title": "三", "text": "文",
        "url": "/x", "why": "您问过。", "read": False, "sent_at": "2026-03-02T01:00:00Z",
    }  # fmt: skip
    rest = await citizen.get("/api/inbox", params={"before": page["items"][-1]["notice_id"]})
    assert ([one["title"] for one in rest.json()["items"]], rest.json()["more"]) == (["一"], False)


async def test_what_was_read_is_counted_no_more(portal: Any, citizen: httpx.AsyncClient, known: str) -> None:
    put(portal, known, "一", "二")
    latest = (await citizen.get("/api/inbox")).json()["items"][0]["notice_id"]
    assert (await citizen.post("/api/inbox/read", json={"notice_ids": [latest]})).json() == {"unread": 1}
    assert [one["read"] for one in (await citizen.get("/api/inbox")).json()["items"]] == [True, False]
    assert (await citizen.post("/api/inbox/read", json={"all": True})).json() == {"unread": 0}


async def test_nobody_reads_or_marks_another_s(portal: Any, citizen: httpx.AsyncClient, known: str) -> None:
    put(portal, known, "一")
    theirs = (await citizen.get("/api/inbox")).json()["items"][0]["notice_id"]
    stranger = portal.citizen()
    assert (await stranger.get("/api/inbox")).json()["items"] == []
    assert (await stranger.get("/api/inbox", params={"before": theirs})).json()["items"] == []
    await stranger.get("/api/conversation")
    await stranger.post("/api/inbox/read", json={"notice_ids": [theirs]})
    assert (await citizen.get("/api/inbox")).json()["unread"] == 1


async def test_without_a_cookie_the_inbox_is_empty_and_nothing_is_stored(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    page = (await citizen.get("/api/inbox")).json()
    assert (page["items"], page["unread"], page["open"]) == ([], 0, False)
    assert (await citizen.post("/api/inbox/read", json={"all": True})).json() == {"unread": 0}
    assert portal.rows("citizen") == []


async def test_a_kind_or_all_are_stopped_and_go_on(
    portal: Any, citizen: httpx.AsyncClient, known: str
) -> None:
    stopped = await citizen.post("/api/inbox/stop", json={"kind": "push"})
    assert stopped.json() == {"stopped": ["push"]}
    put(portal, known, "推", kind=NoticeKind.PUSH)
    assert (await citizen.get("/api/inbox")).json()["items"] == []
    everything = (await citizen.post("/api/inbox/stop", json={"kind": "all"})).json()["stopped"]
    assert everything == sorted(NoticeKind)
    assert (await citizen.get("/api/inbox")).json()["stopped"] == everything
    again = await citizen.post("/api/inbox/stop", json={"kind": "followup", "stopped": False})
    assert again.json()["stopped"] == ["correction", "push", "reply", "subscription"]
    put(portal, known, "答")
    assert [one["title"] for one in (await citizen.get("/api/inbox")).json()["items"]] == ["答"]
    assert (await citizen.post("/api/inbox/stop", json={"kind": "all", "stopped": False})).json() == {
        "stopped": []
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/inbox/read", {}), ("/api/inbox/read", {"all": True, "notice_ids": ["a" * 24]}),
        ("/api/inbox/read", {"notice_ids": []}), ("/api/inbox/read", {"notice_ids": ["' OR 1=1"]}),
        ("/api/inbox/stop", {"kind": "everything"}), ("/api/inbox/stop", {}),
    ],
)  # fmt: skip
async def test_a_body_that_says_nothing_clear_is_refused(
    path: str, body: dict[str, Any], citizen: httpx.AsyncClient, portal: Any
) -> None:
    response = await citizen.post(path, json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_input")
    assert portal.rows("notice_stop") == []


async def test_subscribing_asks_for_a_consent(portal: Any, citizen: httpx.AsyncClient) -> None:
    refused = await subscribe(citizen, ITEM)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "consent_needed")
    outdated = await subscribe(citizen, ITEM, version="0")
    assert (outdated.status_code, outdated.json()["error"]["code"]) == (409, "outdated_notice")
    assert (portal.rows("subscription"), portal.rows("consent")) == ([], [])
    given = await subscribe(citizen, ITEM, version=VERSION)
    assert given.json()["items"] == [{**ITEM, "title": "居住证申领", "since": "2026-03-02T01:00:00Z"}]
    assert (await citizen.get("/api/consents")).json()["push_web"]["given"] is True
    assert (await subscribe(citizen, THEME)).status_code == 200
    assert [one["kind"] for one in (await citizen.get("/api/subscriptions")).json()["items"]] == [
        *("item", "theme"),
    ]


async def test_a_subscription_is_kept_once_and_ended(
    portal: Any, citizen: httpx.AsyncClient, known: str
) -> None:
    await subscribe(citizen, ITEM)
    assert len((await subscribe(citizen, ITEM, THEME)).json()["items"]) == 2
    ended = await citizen.put("/api/subscriptions", json=[{**ITEM, "subscribed": False}])
    assert [one["kind"] for one in ended.json()["items"]] == ["theme"]


@pytest.mark.parametrize("target", ["13", "0", "-1", "012", "x", "99999999999", "１２"])
async def test_what_is_not_shown_cannot_be_subscribed_to(
    target: str, portal: Any, citizen: httpx.AsyncClient, known: str
) -> None:
    response = await subscribe(citizen, {"kind": "item", "target": target})
    assert response.status_code == 404
    assert portal.rows("subscription") == []


async def test_an_item_that_is_not_shown_gives_no_consent_either(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    changes = (ITEM, {"kind": "item", "target": "13"})
    assert (await subscribe(citizen, *changes, version=VERSION)).status_code == 404
    assert portal.rows("consent") == []


async def test_there_is_a_most_of_subscriptions(
    portal: Any, citizen: httpx.AsyncClient, known: str, make_portal: Callable[..., Any]
) -> None:
    for at in range(5):
        await subscribe(citizen, *({"kind": "theme", "target": f"主题{at}{n}"} for n in range(10)))
    refused = await subscribe(citizen, ITEM)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "too_many_subscriptions")
    assert len(portal.rows("subscription")) == 50


async def test_subscriptions_go_with_the_consent(portal: Any, citizen: httpx.AsyncClient, known: str) -> None:
    await subscribe(citizen, ITEM)
    await citizen.put("/api/consents", json={"push_web": False})
    assert portal.rows("subscription") == []
    assert (await citizen.get("/api/subscriptions")).json() == {"items": []}


async def test_who_subscribes_hears_of_it_whatever_was_stopped(
    portal: Any, citizen: httpx.AsyncClient, known: str
) -> None:
    await citizen.post("/api/inbox/stop", json={"kind": "all"})
    await subscribe(citizen, ITEM)
    assert (await citizen.get("/api/inbox")).json()["stopped"] == ["correction", "followup", "push", "reply"]


async def test_subscribers_of_a_subject_are_found(
    portal: Any, citizen: httpx.AsyncClient, known: str
) -> None:
    other = portal.citizen()
    await subscribe(other, THEME, version=VERSION)
    await subscribe(citizen, ITEM)
    kept = portal.services.subscriptions
    (one,) = kept.of(known)
    assert kept.subscribers(one.subject) == [known]
