"""Subscribing and unsubscribing in the conversation, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from apps.portal import subscription_words as words
from core.answering import AnswerStatus
from core.catalogue.models import Status
from core.citizens.notice import load_notice
from core.citizens.wishes import SubscriptionKind, Wish
from knowledge_base.contract import AnswerReply, SubscribePart, Target

VERSION = load_notice(city="市", hotline="12345", days=30).version
ITEM = {"kind": "item", "target": "12", "title": "居住证申领"}
AGENCY = {"kind": "agency", "target": "示例市公安局", "title": "示例市公安局"}
THEME = {"kind": "theme", "target": "户籍", "title": "户籍"}
SPOKEN_OF = [Target(kind="item", id=12)]


@pytest.fixture
async def agreed(citizen: httpx.AsyncClient) -> None:
    """The citizen has agreed to hear of what they subscribe to."""
    put = await citizen.put("/api/consents", params={"notice_version": VERSION}, json={"push_web": True})
    put.raise_for_status()


async def say(portal: Any, citizen: httpx.AsyncClient, act: str = "subscribe", **part: Any) -> Any:
    """What the portal answers where the dialogue engine reads such a wish; the one message."""
    wanted = SubscribePart(
        **{"text": "怎么订阅。", "act": act, "targets": SPOKEN_OF, "certain": True, **part}
    )
    portal.rasa.reply = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[wanted])
    return await send(citizen, text="订阅")


async def send(citizen: httpx.AsyncClient, **body: str) -> Any:
    response = await citizen.post("/api/chat", json=body)
    assert response.json()["status"] == "answered_canned", response.text
    (message,) = response.json()["messages"]
    return message


async def pick(citizen: httpx.AsyncClient, message: Any, title: str) -> Any:
    """Presses the button of that title."""
    (payload,) = [one["payload"] for one in message["choices"] if one["title"] == title]
    return await send(citizen, payload=payload)


async def subscribe(citizen: httpx.AsyncClient, *subjects: dict[str, str]) -> None:
    body = [{"kind": one["kind"], "target": one["target"], "subscribed": True} for one in subjects]
    (await citizen.put("/api/subscriptions", json=body)).raise_for_status()


def held(portal: Any) -> list[tuple[str, str]]:
    return [(row["kind"], row["target"]) for row in portal.rows("subscription")]


async def test_the_matter_talked_of_is_subscribed_to(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    message = await say(portal, citizen)
    assert message["kind"] == "subscription"
    assert (message["targets"], message["needs_consent"]) == ([{**ITEM, "subscribed": True}], False)
    assert "已订阅事项“居住证申领”" in message["text"]
    assert "退订" in message["text"]
    assert words.NOT_YET in message["text"]
    assert held(portal) == [("item", "12")]
    assert "已经订阅过" in (await say(portal, citizen))["text"]
    assert held(portal) == [("item", "12")]


async def test_without_a_consent_nothing_is_stored(portal: Any, citizen: httpx.AsyncClient) -> None:
    message = await say(portal, citizen)
    assert (message["targets"], message["needs_consent"]) == ([{**ITEM, "subscribed": False}], True)
    assert "还没有订阅" in message["text"]
    assert [portal.rows(table) for table in ("subscription", "consent", "citizen")] == [[], [], []]


async def test_a_consent_to_something_else_is_none(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.put("/api/consents", params={"notice_version": VERSION}, json={"followup_notice": True})
    assert (await say(portal, citizen))["needs_consent"] is True
    assert held(portal) == []


@pytest.mark.parametrize(
    ("scope", "subject"), [(SubscriptionKind.AGENCY, AGENCY), (SubscriptionKind.THEME, THEME)]
)
async def test_agency_and_theme_are_those_of_the_item(
    portal: Any, citizen: httpx.AsyncClient, agreed: None, scope: Any, subject: Any
) -> None:
    message = await say(portal, citizen, scope=scope)
    assert message["targets"] == [{**subject, "subscribed": True}]
    assert held(portal) == [(subject["kind"], subject["target"])]


async def test_what_is_unclear_is_asked_back_and_picked(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    message = await say(portal, citizen, certain=False)
    titles = [one["title"] for one in message["choices"]]
    assert titles == ["事项：居住证申领", "部门：示例市公安局", "主题：户籍"]
    assert held(portal) == []
    asked = len(portal.rasa.seen)
    done = await pick(citizen, message, "部门：示例市公安局")
    assert done["targets"] == [{**AGENCY, "subscribed": True}]
    assert held(portal) == [("agency", "示例市公安局")]
    # The dialogue engine knows no citizen, and has nothing to say to it.
    assert len(portal.rasa.seen) == asked
    history = (await citizen.get("/api/conversation")).json()["messages"]
    assert [one.get("text") for one in history if one["role"] == "citizen"][-1] == "部门：示例市公安局"


async def test_a_button_is_of_its_own_conversation(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    message = await say(portal, citizen, certain=False)
    stranger = portal.citizen()
    response = await stranger.post("/api/chat", json={"payload": message["choices"][0]["payload"]})
    assert (response.status_code, held(portal)) == (400, [])


@pytest.mark.parametrize(("named", "subject"), [("居住证申领", ITEM), ("公安局", AGENCY), ("户籍", THEME)])
async def test_a_named_matter_is_taken_where_only_one_is_called_so(
    portal: Any, citizen: httpx.AsyncClient, agreed: None, named: str, subject: dict[str, str]
) -> None:
    message = await say(portal, citizen, certain=False, named=named)
    assert message["targets"] == [{**subject, "subscribed": True}]


async def test_of_several_that_are_called_so_one_is_picked(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    guide = replace(portal.catalogue.item.record, agency="居住证中心")
    portal.catalogue.item = replace(portal.catalogue.item, record=guide)
    message = await say(portal, citizen, certain=False, named="居住证")
    assert message["kind"] == "choices"
    assert held(portal) == []


@pytest.mark.parametrize("targets", [[], [Target(kind="item", id=13)], [Target(kind="item", id=2**40)]])
async def test_what_citizens_may_not_see_is_never_named(
    portal: Any, citizen: httpx.AsyncClient, agreed: None, targets: list[Target]
) -> None:
    for certain in (True, False):
        message = await say(portal, citizen, targets=targets, certain=certain)
        assert (message["kind"], message["text"]) == ("text", "怎么订阅。")
    assert held(portal) == []


async def test_what_was_taken_away_meanwhile_is_not_subscribed_to(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    message = await say(portal, citizen, certain=False)
    portal.catalogue.item = withdrawn(portal.catalogue.item)
    assert (await pick(citizen, message, "主题：户籍"))["text"] == words.GONE
    assert held(portal) == []


def withdrawn(stored: Any) -> Any:
    return replace(stored, status=Status.WITHDRAWN)


async def test_a_question_for_the_way_changes_nothing(portal: Any, citizen: httpx.AsyncClient) -> None:
    message = await say(portal, citizen, "explain", certain=False)
    assert [one["title"] for one in message["targets"]] == ["居住证申领", "示例市公安局", "户籍"]
    assert (message["text"], message["needs_consent"]) == (f"怎么订阅。{words.NOT_YET}", True)
    assert held(portal) == []


async def test_the_list_names_all_that_is_subscribed_to(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    assert (await say(portal, citizen, "list"))["text"] == f"{words.NOTHING}怎么订阅。"
    await subscribe(citizen, ITEM, THEME)
    message = await say(portal, citizen, "list")
    assert message["targets"] == [{**ITEM, "subscribed": True}, {**THEME, "subscribed": True}]
    assert "2项：事项“居住证申领”、主题“户籍”" in message["text"]


async def test_the_most_of_subscriptions_is_told(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    for at in range(5):
        await subscribe(citizen, *({"kind": "theme", "target": f"主题{at}{n}"} for n in range(10)))
    message = await say(portal, citizen)
    assert (message["kind"], "最多订阅50项" in message["text"]) == ("text", True)
    assert len(held(portal)) == 50


async def test_who_subscribes_in_words_hears_of_it_whatever_was_stopped(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    await citizen.post("/api/inbox/stop", json={"kind": "all"})
    await say(portal, citizen)
    assert "subscription" not in (await citizen.get("/api/inbox")).json()["stopped"]


async def test_the_matter_talked_of_is_ended(portal: Any, citizen: httpx.AsyncClient, agreed: None) -> None:
    await subscribe(citizen, ITEM, {"kind": "theme", "target": "社会保障"})
    message = await say(portal, citizen, "unsubscribe")
    assert message["targets"] == [{**ITEM, "subscribed": False}]
    assert message["text"] == "已退订事项“居住证申领”。您还有1项订阅。"
    assert held(portal) == [("theme", "社会保障")]


async def test_what_is_not_published_any_more_can_be_ended(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    await subscribe(citizen, ITEM, {"kind": "theme", "target": "社会保障"})
    portal.catalogue.item = withdrawn(portal.catalogue.item)
    await say(portal, citizen, "unsubscribe")
    assert held(portal) == [("theme", "社会保障")]


async def test_the_only_subscription_is_the_one_that_is_meant(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    await subscribe(citizen, AGENCY)
    message = await say(portal, citizen, "unsubscribe", targets=[], certain=False)
    assert message["text"] == "已退订部门“示例市公安局”。您没有其他订阅了。"
    assert held(portal) == []


async def test_another_matter_that_is_named_does_not_end_the_only_one(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    await subscribe(citizen, ITEM)
    message = await say(portal, citizen, "unsubscribe", named="公积金")
    assert [one["title"] for one in message["choices"]] == ["事项：居住证申领", "全部退订"]
    assert held(portal) == [("item", "12")]


async def test_which_one_to_end_is_asked_and_picked(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    await subscribe(citizen, ITEM, AGENCY, {"kind": "theme", "target": "社会保障"})
    message = await say(portal, citizen, "unsubscribe")
    titles = [one["title"] for one in message["choices"]]
    assert sorted(titles[:-1]) == ["事项：居住证申领", "部门：示例市公安局"]
    assert titles[-1] == "全部退订"
    assert len(held(portal)) == 3
    await pick(citizen, message, "部门：示例市公安局")
    assert sorted(held(portal)) == [("item", "12"), ("theme", "社会保障")]
    assert (await pick(citizen, message, "部门：示例市公安局"))["text"] == words.NOT_FOUND
    await pick(citizen, message, "事项：居住证申领")
    assert held(portal) == [("theme", "社会保障")]


@pytest.mark.parametrize("by_button", [False, True])
async def test_all_are_ended_at_once(
    portal: Any, citizen: httpx.AsyncClient, agreed: None, by_button: bool
) -> None:
    other = portal.citizen()
    await other.put(
        "/api/subscriptions",
        params={"notice_version": VERSION},
        json=[{"kind": "theme", "target": "户籍", "subscribed": True}],
    )
    await subscribe(citizen, ITEM, AGENCY, THEME)
    if by_button:
        message = await say(portal, citizen, "unsubscribe", targets=[])
        told = await pick(citizen, message, "全部退订")
    else:
        told = await say(portal, citizen, "unsubscribe_all")
    assert "一共3项" in told["text"]
    assert held(portal) == [("theme", "户籍")]
    assert (await say(portal, citizen, "unsubscribe_all"))["text"] == words.NOTHING_TO_END


async def test_ending_needs_no_consent(portal: Any, citizen: httpx.AsyncClient) -> None:
    assert (await say(portal, citizen, "unsubscribe"))["text"] == words.NOTHING_TO_END
    assert [portal.rows(table) for table in ("consent", "citizen")] == [[], []]


async def test_a_message_that_is_sent_again_gets_the_same_reply(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    await subscribe(citizen, ITEM)
    first = await send_again(portal, citizen)
    assert first == await send_again(portal, citizen)
    assert held(portal) == []


async def send_again(portal: Any, citizen: httpx.AsyncClient) -> Any:
    wanted = SubscribePart(text="…", act="unsubscribe", targets=SPOKEN_OF, certain=True)
    portal.rasa.reply = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[wanted])
    return (await citizen.post("/api/chat", json={"text": "退订", "client_message_id": "m1"})).json()


async def test_the_transcript_keeps_what_was_said_of_it(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    said = await say(portal, citizen)
    kept = (await citizen.get("/api/conversation")).json()["messages"][-1]
    assert {name: kept[name] for name in said} == said
    assert kept["role"] == "assistant"


async def test_the_fallback_without_the_dialogue_engine_knows_no_such_wish(
    portal: Any, citizen: httpx.AsyncClient, agreed: None
) -> None:
    portal.rasa.reply = httpx.Response(500)
    response = await citizen.post("/api/chat", json={"text": "订阅"})
    assert response.json()["status"] == "answered_guide"
    assert held(portal) == []


@pytest.mark.parametrize("kind", SubscriptionKind)
def test_every_kind_of_subject_has_its_wishes(kind: SubscriptionKind) -> None:
    begin, end = Wish.to_subscribe(kind), Wish.to_end(kind)
    assert (begin.kind, begin.ends, end.kind, end.ends) == (kind, False, kind, True)
    assert (Wish.UNSUBSCRIBE_ALL.kind, Wish.UNSUBSCRIBE_ALL.ends) == (None, True)
