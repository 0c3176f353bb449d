"""The one question for a fact under a recommendation: asked modestly, kept with consent only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from apps.portal import recommendation_words as words
from apps.portal.past import LOOKED_AT
from core.answering import AnswerStatus
from core.citizens.consents import Purpose
from core.citizens.deeds import Deed, DeedKind, read_deed
from core.citizens.facts import FACTS
from core.citizens.notice import load_notice
from core.errors import BadInput
from knowledge_base.contract import AnswerReply, RecommendPart
from tests.portal.conftest import guide_reply

NOTICE = load_notice(city="市", hotline="12345", days=30)
RULE = {"fact": "hukou_city", "op": "eq", "value": True}


async def agree(citizen: httpx.AsyncClient, *purposes: str) -> None:
    given = dict.fromkeys(purposes, True)
    put = await citizen.put("/api/consents", params={"notice_version": NOTICE.version}, json=given)
    put.raise_for_status()


async def send(citizen: httpx.AsyncClient, **body: str) -> list[Any]:
    response = await citizen.post("/api/chat", json=body)
    assert response.status_code == 200, response.text
    return list(response.json()["messages"])


def recommends(portal: Any, offers: Any, *missing: str) -> None:
    """An item of which these facts are missing is recommended on demand."""
    wanted = RecommendPart(text="…", act="recommend")
    portal.rasa.reply = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[wanted])
    portal.recommending.found = offers["list"](offers["one"](12, "居住证申领", missing=missing))
    guide = replace(portal.catalogue.item.record, eligibility=RULE)
    portal.catalogue.item = replace(portal.catalogue.item, record=guide)


def payload(message: Any, title: str) -> str:
    (found,) = [one["payload"] for one in message["choices"] if one["title"] == title]
    return str(found)


async def test_it_is_asked_with_the_consent_in_the_same_breath(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    recommends(portal, offers, "hukou_city")
    _, asked = await send(citizen, text="有什么我能办的")
    assert asked["text"].startswith("您的户口在本市吗？")
    assert NOTICE.purposes[Purpose.PROFILE_FACTS].text in asked["text"]
    assert f"版本{NOTICE.version}" in asked["text"]
    assert [one["title"] for one in asked["choices"]] == ["是，同意保存", "否，同意保存", "不想说"]
    assert (portal.profiles.told, portal.rows("consent")) == ({}, [])


@pytest.mark.parametrize(
    ("title", "value", "verdict"), [("是", True, "eligible"), ("否", False, "not_eligible")]
)
async def test_one_tap_answers_agrees_and_shows_how_it_stands(
    portal: Any, citizen: httpx.AsyncClient, offers: Any, title: str, value: bool, verdict: str
) -> None:
    recommends(portal, offers, "hukou_city")
    _, asked = await send(citizen, text="有什么我能办的")
    (noted,) = await send(citizen, payload=payload(asked, f"{title}，同意保存"))
    assert list(portal.profiles.told.values()) == [{"hukou_city": value}]
    assert [row["purpose"] for row in portal.rows("consent")] == ["profile_facts"]
    assert (noted["kind"], noted["text"]) == ("services", words.NOTED)
    assert noted["items"][0]["eligibility"]["verdict"] == verdict
    assert len(portal.rasa.seen) == 1


async def test_who_has_agreed_is_asked_plainly(portal: Any, citizen: httpx.AsyncClient, offers: Any) -> None:
    await agree(citizen, "profile_facts")
    recommends(portal, offers, "education")
    _, asked = await send(citizen, text="有什么我能办的")
    assert asked["text"] == words.asking(FACTS["education"], "居住证申领")
    await send(citizen, payload=payload(asked, "本科"))
    assert list(portal.profiles.told.values()) == [{"education": "bachelor"}]


async def test_a_consent_withdrawn_meanwhile_counts(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    await agree(citizen, "profile_facts")
    recommends(portal, offers, "hukou_city")
    _, asked = await send(citizen, text="有什么我能办的")
    await citizen.put("/api/consents", json={"profile_facts": False})
    (told,) = await send(citizen, payload=payload(asked, "是"))
    assert (told["text"], portal.profiles.told) == (words.CONSENT_TO_KEEP, {})


async def test_whoever_would_rather_not_is_not_asked_again(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    recommends(portal, offers, "hukou_city", "married")
    _, asked = await send(citizen, text="有什么我能办的")
    (told,) = await send(citizen, payload=payload(asked, "不想说"))
    assert (told["text"], portal.profiles.told, portal.rows("consent")) == (words.NOT_ASKED_AGAIN, {}, [])
    assert [one["kind"] for one in await send(citizen, text="推荐一下")] == ["services"]


async def test_what_was_said_long_ago_counts(make_portal: Any, offers: Any) -> None:
    portal = make_portal(rate_per_minute=LOOKED_AT)
    citizen = portal.citizen()
    recommends(portal, offers, "hukou_city", "married")
    _, asked = await send(citizen, text="有什么我能办的")
    await send(citizen, payload=payload(asked, "不想说"))
    wanted, portal.rasa.reply = portal.rasa.reply, guide_reply()
    for _ in range(LOOKED_AT // 2 + 1):
        await send(citizen, text="多少钱")
    portal.rasa.reply = wanted
    assert [one["kind"] for one in await send(citizen, text="推荐一下")] == ["services"]


async def test_words_of_the_citizen_are_not_taken_for_ours(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    recommends(portal, offers, "hukou_city", "married")
    await send(citizen, text=words.NOT_ASKED_AGAIN)
    _, asked = await send(citizen, text="推荐一下")
    assert asked["text"].startswith(FACTS["married"].question)


async def test_a_list_that_is_by_nobody_asks_for_nothing(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    recommends(portal, offers, "hukou_city")
    portal.recommending.found = replace(portal.recommending.found, personalized=False)
    assert [one["kind"] for one in await send(citizen, text="有什么我能办的")] == ["services"]


async def test_what_was_told_already_is_not_asked_for(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    recommends(portal, offers, "hukou_city", "married")
    who = (await citizen.get("/api/conversation")).json()["conversation"]
    portal.profiles.told[who] = {"hukou_city": True}
    _, asked = await send(citizen, text="有什么我能办的")
    assert asked["text"].startswith(FACTS["married"].question)


async def test_an_answer_may_be_typed(portal: Any, citizen: httpx.AsyncClient, offers: Any) -> None:
    await agree(citizen, "profile_facts")
    recommends(portal, offers, "hukou_city")
    await send(citizen, text="有什么我能办的")
    (noted,) = await send(citizen, text="是")
    assert noted["text"] == words.NOTED
    assert list(portal.profiles.told.values()) == [{"hukou_city": True}]


async def test_a_consent_is_not_given_by_half_the_words(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    recommends(portal, offers, "hukou_city")
    await send(citizen, text="有什么我能办的")
    await send(citizen, text="是")
    assert (portal.profiles.told, portal.rows("consent")) == ({}, [])


async def test_the_card_beside_a_told_fact_is_no_recommendation(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    await agree(citizen, "profile_facts", "personalize")
    recommends(portal, offers, "hukou_city")
    portal.recommending.found = offers["list"](
        offers["one"](12, "居住证申领", missing=("hukou_city",)), offers["one"](20, "出生医学证明")
    )
    _, asked = await send(citizen, text="有什么我能办的")
    await send(citizen, payload=payload(asked, "是"))
    explains = RecommendPart(text="…", act="explain")
    portal.rasa.reply = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[explains])
    (told,) = await send(citizen, text="为什么推荐这些")
    assert all(name in told["text"] for name in ("居住证申领", "出生医学证明"))


async def test_nothing_is_asked_twice(portal: Any, citizen: httpx.AsyncClient, offers: Any) -> None:
    recommends(portal, offers, "hukou_city", "married")
    questions = [(await send(citizen, text="推荐一下"))[1:] for _ in range(3)]
    assert [[one["text"][:5] for one in asked] for asked in questions] == [["您的户口在"], ["您结婚了吗"], []]


@pytest.mark.parametrize("missing", ["disabled", "hardship", "age", "district", "nothing_known"])
async def test_sensitive_facts_and_those_of_many_values_are_never_asked_here(
    portal: Any, citizen: httpx.AsyncClient, offers: Any, missing: str
) -> None:
    recommends(portal, offers, missing)
    assert [one["kind"] for one in await send(citizen, text="推荐一下")] == ["services"]


async def test_an_answer_to_another_notice_is_no_consent(
    portal: Any, citizen: httpx.AsyncClient, offers: Any, make_portal: Any
) -> None:
    recommends(portal, offers, "hukou_city")
    _, asked = await send(citizen, text="推荐一下")
    portal.services.consents._version = "99"
    (told,) = await send(citizen, payload=payload(asked, "是，同意保存"))
    assert "隐私说明已经更新" in told["text"]
    assert (portal.profiles.told, portal.rows("consent")) == ({}, [])


@pytest.mark.parametrize("fact", sorted(name for name, fact in FACTS.items() if not fact.sensitive))
def test_deeds_are_kept_and_read(fact: str) -> None:
    deed = Deed(DeedKind.TELL, fact, "yes", "12")
    assert read_deed(str(deed)) == deed
    assert len(str(deed)) <= 32


@pytest.mark.parametrize(("fact", "word"), [("gone", "yes"), ("married", "maybe"), ("education", "yes")])
def test_a_value_that_is_none_is_refused(fact: str, word: str) -> None:
    with pytest.raises(BadInput):
        _ = Deed(DeedKind.TELL, fact, word).value
