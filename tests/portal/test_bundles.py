"""Life events as bundles over HTTP: what is listed, what one holds, and when it is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from core.answering import AnswerStatus
from core.catalogue.bundles import Bundle, BundleStep
from core.catalogue.models import Material, Region, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from knowledge_base.contract import AnswerPart, AnswerReply, Choice, ChoicesPart, ItemRef, Target, TextPart
from knowledge_base.passages.chunk import chunk
from recommender.models import CitizenState
from staff.actors import Operator
from staff.runner import CommandRunner
from staff.word_commands import WORD_COMMANDS

IDENTITY = Material(name="居民身份证", copies=1, original="original")
GUIDES = (
    ServiceItem(
        external_id="zm", name="出生医学证明", region="990100", life_events=["生育"], materials=[IDENTITY]
    ),
    ServiceItem(
        external_id="hk", name="出生登记", region="990100", agency="示例市公安局", life_events=["生育"],
        materials=[Material(name="身份证", copies=2, original="copy"), Material(name="户口簿")],
        eligibility={"fact": "hukou_city", "op": "eq", "value": True},
    ),
    ServiceItem(external_id="bt", name="东区育儿补贴", region="990101", life_events=["生育"]),
    ServiceItem(external_id="jzz", name="居住证申领", region="990100"),
)  # fmt: skip
BIRTH = Bundle(
    external_id="birth", name="出生", region="990100", summary="孩子出生以后要办的事。",
    phrases=["孩子出生了"], life_events=["生育"],
    steps=[
        BundleStep(item="zm", shows=True),
        BundleStep(item="hk", after=["zm"]),
        BundleStep(item="bt", after=["hk"]),
    ],
)  # fmt: skip


class City:
    """The catalogue of the portal's database."""

    def __init__(self, portal: Any) -> None:
        self.portal = portal
        self.writes = CatalogueWrites(portal.engine)
        self.writes.put_region(Region(code="990101", name="东区"))
        self.ids = {guide.external_id: self.put(guide) for guide in GUIDES}
        self.writes.put_bundle(BIRTH)

    def put(self, guide: ServiceItem, status: Status = Status.PUBLISHED) -> int:
        self.writes.put(guide, chunk(guide, guide.name), status)
        row = next(one for one in self.portal.rows("service_item") if one["external_id"] == guide.external_id)
        return int(row["id"])

    def answers(self, external_id: str) -> AnswerReply:
        """An answer from a guide."""
        item = ItemRef(item_id=self.ids[external_id], name=external_id)
        target = Target(kind="item", id=item.item_id)
        part = AnswerPart(text="……", item=item)
        return AnswerReply(status=AnswerStatus.ANSWERED_GUIDE, parts=[part], target=target)


@pytest.fixture
def city(portal: Any) -> City:
    return City(portal)


async def say(citizen: httpx.AsyncClient, text: str = "要什么材料", **more: str) -> list[dict[str, Any]]:
    response = await citizen.post("/api/chat", json={"text": text, **more})
    assert response.status_code == 200, response.text
    messages: list[dict[str, Any]] = response.json()["messages"]
    return messages


def offers(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in messages if one["kind"] == "bundle"]


async def test_events_are_listed_with_how_much_there_is_to_do(city: City, citizen: httpx.AsyncClient) -> None:
    of_city = (await citizen.get("/api/bundles")).json()
    assert of_city == {
        "bundles": [
            {
                "bundle_id": "birth",
                "name": "出生",
                "summary": "孩子出生以后要办的事。",
                "count": 2,
                "yours": False,
            }
        ]
    }
    of_district = (await citizen.get("/api/bundles", params={"region": "990101"})).json()
    assert of_district["bundles"][0]["count"] == 3


async def test_events_that_the_citizen_told_of_stand_first(city: City, citizen: httpx.AsyncClient) -> None:
    city.writes.put_bundle(replace(BIRTH, external_id="move", name="搬家", phrases=[], life_events=["落户"]))
    version = (await citizen.get("/api/privacy-notice")).json()["version"]
    given = await citizen.put(
        "/api/consents", params={"notice_version": version}, json={"profile_facts": True}
    )
    assert given.status_code == 200, given.text

    async def listed() -> list[tuple[str, bool]]:
        found = (await citizen.get("/api/bundles", params={"region": "990101"})).json()["bundles"]
        return [(one["bundle_id"], one["yours"]) for one in found]

    assert await listed() == [("birth", False), ("move", False)]
    assert (await citizen.put("/api/profile", json={"life_events": ["落户"]})).status_code == 200
    assert await listed() == [("move", True), ("birth", False)]
    await citizen.put("/api/consents", json={"profile_facts": False})
    assert await listed() == [("birth", False), ("move", False)]


async def test_an_event_has_its_steps_in_order_and_one_list_of_materials(
    city: City, citizen: httpx.AsyncClient
) -> None:
    body = (await citizen.get("/api/bundles/birth", params={"region": "990101"})).json()
    zm, hk, bt = (city.ids[name] for name in ("zm", "hk", "bt"))
    told = [(one["item_id"], one["state"], one["after"], one["reason"]) for one in body["steps"]]
    assert told == [
        (zm, "ready", [], ""),
        (hk, "waits", [zm], "先办“出生医学证明”。"),
        (bt, "waits", [hk], "先办“出生登记”。"),
    ]
    assert body["steps"][1]["agency"] == "示例市公安局"
    assert body["steps"][1]["eligibility"] == {
        "verdict": "unknown", "met": 0, "total": 1, "missing": ["hukou_city"],
        "text": "尚不清楚：是否本市户籍。以受理部门审核为准。",
    }  # fmt: skip
    assert body["materials"][0] == {
        "name": "居民身份证", "copies": 2, "original": "original_and_copy", "required": True,
        "for": [zm, hk], "remarks": ["出生医学证明：原件1份", "出生登记：复印件2份"],
    }  # fmt: skip
    assert [one["name"] for one in body["materials"]] == ["居民身份证", "户口簿"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("nothing", 404), ("birth?region=12", 422), ("x" * 201, 422), ("%00", 422)],
)
async def test_what_is_not_there_is_refused(
    city: City, citizen: httpx.AsyncClient, path: str, status: int
) -> None:
    response = await citizen.get(f"/api/bundles/{path}")
    assert response.status_code == status
    assert response.json()["error"]["message"]


async def test_what_is_withdrawn_internal_or_not_in_force_is_gone_at_once(
    city: City, citizen: httpx.AsyncClient
) -> None:
    async def shown() -> list[str]:
        body = (await citizen.get("/api/bundles/birth", params={"region": "990101"})).json()
        return [one["name"] for one in body.get("steps", [])]

    assert len(await shown()) == 3
    city.put(replace(GUIDES[2], effective_to=date(2026, 1, 1)))
    assert await shown() == ["出生医学证明", "出生登记"]
    city.put(GUIDES[2])
    city.put(replace(GUIDES[1], internal=True), Status.INTERNAL)
    assert await shown() == ["出生医学证明", "东区育儿补贴"]
    city.writes.withdraw("item", "zm")
    assert await shown() == []
    assert (await citizen.get("/api/bundles", params={"region": "990101"})).json() == {"bundles": []}


async def test_a_step_waits_for_none_that_is_not_shown(city: City, citizen: httpx.AsyncClient) -> None:
    city.writes.withdraw("item", "hk")
    body = (await citizen.get("/api/bundles/birth", params={"region": "990101"})).json()
    assert body["steps"][1]["after"] == [city.ids["zm"]]


async def test_the_conversation_s_district_counts_where_none_is_asked_for(
    city: City, citizen: httpx.AsyncClient
) -> None:
    city.portal.rasa.reply = city.answers("jzz")
    await say(citizen, region="990101")
    assert (await citizen.get("/api/bundles")).json()["bundles"][0]["count"] == 3


async def test_an_answer_from_one_of_its_guides_offers_the_event(
    city: City, citizen: httpx.AsyncClient
) -> None:
    city.portal.rasa.reply = city.answers("zm")
    messages = await say(citizen)
    assert [one["kind"] for one in messages] == ["answer", "bundle"]
    offer = messages[1]
    assert offer["text"] == "这是“出生”一件事：共2项，可以一起准备。"
    assert offer["bundle_id"] == "birth"
    assert [one["name"] for one in offer["steps"]] == ["出生医学证明", "出生登记"]
    assert offer["materials"][0]["for"] == [city.ids["zm"], city.ids["hk"]]


async def test_it_is_offered_once_in_a_conversation(city: City, citizen: httpx.AsyncClient) -> None:
    city.portal.rasa.reply = city.answers("zm")
    assert len(offers(await say(citizen))) == 1
    assert offers(await say(citizen, "孩子出生了")) == []
    other = city.portal.citizen()
    assert len(offers(await say(other))) == 1


async def test_it_stands_in_the_history(city: City, citizen: httpx.AsyncClient) -> None:
    city.portal.rasa.reply = city.answers("zm")
    (offered,) = offers(await say(citizen))
    history = (await citizen.get("/api/conversation")).json()["messages"]
    kept = offers(history)[0]
    assert {name: kept[name] for name in offered} == offered


async def test_a_sensitive_word_in_it_costs_the_offer_and_not_the_answer(
    city: City, citizen: httpx.AsyncClient
) -> None:
    word = {"text": "户口簿", "scope": "out", "out_action": "withhold"}
    CommandRunner(city.portal.engine, city.portal.clock, WORD_COMMANDS).run(Operator(), "word.save", word)
    city.portal.rasa.reply = city.answers("zm")
    assert [one["kind"] for one in await say(citizen)] == ["answer"]


async def test_other_guides_offer_nothing(city: City, citizen: httpx.AsyncClient) -> None:
    city.portal.rasa.reply = city.answers("jzz")
    assert offers(await say(citizen)) == []


async def test_words_offer_it_also_beside_a_question_back(city: City, citizen: httpx.AsyncClient) -> None:
    choice = Choice(title="出生登记", target=Target(kind="item", id=city.ids["hk"]))
    back = ChoicesPart(text="哪一项？", choices=[choice])
    city.portal.rasa.reply = AnswerReply(status=AnswerStatus.CLARIFY, parts=[back])
    assert [one["kind"] for one in await say(citizen, "孩子出生了")] == ["bundle", "choices"]


@pytest.mark.parametrize(
    "status", [AnswerStatus.OUT_OF_SCOPE, AnswerStatus.ANSWERED_CANNED, AnswerStatus.REFERRED_URGENT]
)
async def test_nothing_is_offered_where_nothing_was_asked_about(
    city: City, citizen: httpx.AsyncClient, status: AnswerStatus
) -> None:
    city.portal.rasa.reply = AnswerReply(status=status, parts=[TextPart(text="……")])
    assert offers(await say(citizen, "孩子出生了")) == []


async def test_what_is_withdrawn_is_not_offered(city: City, citizen: httpx.AsyncClient) -> None:
    city.writes.withdraw("item", "hk")
    city.portal.rasa.reply = city.answers("zm")
    assert offers(await say(citizen)) == []


async def test_the_answer_comes_though_no_bundle_can_be_read(
    city: City, citizen: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(city.portal.services.suggesting.events, "_offer", fail)
    city.portal.rasa.reply = city.answers("zm")
    assert [one["kind"] for one in await say(citizen)] == ["answer"]


async def test_whose_materials_are_told_is_noted_with_the_answer(
    city: City, citizen: httpx.AsyncClient
) -> None:
    city.portal.rasa.reply = city.answers("zm").model_copy(update={"versions": {}})
    await say(citizen)
    noted = {(row["kind"], row["record_id"], row["version"]) for row in city.portal.rows("answer_source")}
    assert noted == {("item", city.ids[name], 1) for name in ("zm", "hk")}


async def test_a_step_that_is_done_or_not_for_the_citizen_is_told_so(
    city: City, citizen: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = CitizenState(facts={"hukou_city": False}, done=frozenset({city.ids["zm"]}))
    monkeypatch.setattr(city.portal.services.suggesting.events, "_state", lambda *_: known)
    city.portal.rasa.reply = city.answers("jzz")
    await say(citizen, region="990101")
    body = (await citizen.get("/api/bundles/birth")).json()
    assert [one["state"] for one in body["steps"]] == ["done", "not_eligible", "waits"]
    assert "需要是本市户籍" in body["steps"][1]["reason"]
    assert body["steps"][2]["reason"] == "先办“出生登记”。按您说的情况，“出生登记”暂不符合条件。"
    assert body["materials"] == []


async def test_what_is_listed_can_be_opened_though_nothing_of_it_concerns_the_citizen(
    city: City, citizen: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = CitizenState(facts={"hukou_city": False})
    monkeypatch.setattr(city.portal.services.suggesting.events, "_state", lambda *_: known)
    city.portal.rasa.reply = city.answers("zm")
    assert offers(await say(citizen)) == []
    assert [one["bundle_id"] for one in (await citizen.get("/api/bundles")).json()["bundles"]] == ["birth"]
    response = await citizen.get("/api/bundles/birth")
    assert [one["state"] for one in response.json()["steps"]] == ["ready", "not_eligible"]


@pytest.mark.parametrize("text", ["孩子出生了，我要投诉医院乱收费", "孩子出生了，我不想活了"])
async def test_whoever_complains_or_is_in_need_is_offered_nothing(
    city: City, citizen: httpx.AsyncClient, text: str
) -> None:
    city.portal.rasa.reply = city.answers("zm")
    assert offers(await say(citizen, text)) == []
    assert offers(await say(citizen, "孩子出生了")) == []
    city.portal.clock.move_to(city.portal.clock.now() + timedelta(minutes=31))
    assert len(offers(await say(citizen, "孩子出生了"))) == 1


async def test_words_of_what_may_come_are_offered_nothing(city: City, citizen: httpx.AsyncClient) -> None:
    city.portal.rasa.reply = city.answers("zm")
    assert offers(await say(citizen, "万一孩子出生了没有准生证呢")) == []
