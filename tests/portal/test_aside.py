"""What an answer does not wait for: threads of its own, given up at once, and never more of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import httpx
import pytest

from apps.portal.aside import Aside
from apps.portal.deadline import Deadline
from apps.portal.recommending import RecommendingService
from core.citizens.notice import load_notice
from core.errors import Unavailable
from recommender.models import CitizenState
from recommender.serving.opening import Parts, Serving, open_serving
from tests.recommender.serving.absent import EvenWeights, NoModel, NothingPopular

VERSION = load_notice(city="市", hotline="12345", days=30).version
_NAME: ContextVar[str] = ContextVar("name")


class Hanging:
    """Profiles behind a database that does not come back."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked = 0

    def state(self, citizen: str, region: str | None = None) -> CitizenState:
        self.asked += 1
        self.released.wait(30)
        return CitizenState(region=region)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.released.set()


def serving(portal: Any, profiles: Any) -> Serving:
    parts = Parts(profiles, NothingPopular(), NoModel(), EvenWeights())
    return open_serving(portal.engine, "similar,life_event,popular,new", parts)


def recommending(portal: Any, profiles: Any) -> RecommendingService:
    return RecommendingService(serving(portal, profiles), portal.services.conversations.region, portal.clock)


async def test_what_is_given_up_holds_a_thread_and_what_waits_is_never_begun() -> None:
    released, begun = threading.Event(), threading.Semaphore(0)

    def work() -> None:
        begun.release()
        released.wait(30)

    aside = Aside(1)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await aside.run(work)
    released.set()
    assert await aside.run(int, "7") == 7
    assert begun.acquire(blocking=False)
    assert not begun.acquire(blocking=False)


async def test_it_runs_in_the_context_of_who_asked() -> None:
    _NAME.set("甲")
    assert await Aside(1).run(_NAME.get) == "甲"
    with pytest.raises(Unavailable):
        await Aside(1).run(_fail)


def _fail() -> None:
    raise Unavailable("down")


def test_an_answer_spares_no_time_that_it_needs_itself() -> None:
    assert Deadline(10).spare(0.5) == 0.5
    assert 0.2 < Deadline(0.9).spare(0.5) < 0.45
    assert Deadline(0.4).spare(0.5) == 0.0
    assert Deadline(0.0).spare(0.5) == 0.0


async def test_a_recommender_that_hangs_does_not_hold_the_answer(portal: Any, hanging: Hanging) -> None:
    portal.recommending.recommend = recommending(portal, hanging).recommend
    citizen: httpx.AsyncClient = portal.citizen()
    await citizen.put("/api/consents", params={"notice_version": VERSION}, json={"personalize": True})
    async with asyncio.timeout(8):
        response = await citizen.post("/api/chat", json={"text": "居住证"})
    assert (response.status_code, response.json()["status"]) == (200, "answered_guide")
    assert [one["kind"] for one in response.json()["messages"]] == ["answer"]
    assert hanging.asked == 1


async def test_consents_that_hang_do_not_hold_the_answer(
    portal: Any, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.portal.offers.Offers._agreed", hanging.state)
    async with asyncio.timeout(8):
        response = await portal.citizen().post("/api/chat", json={"text": "居住证"})
    assert (response.status_code, hanging.asked) == (200, 1)


async def test_bundles_that_hang_do_not_hold_the_answer(
    portal: Any, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.portal.bundles.shown_by", lambda *_: True)
    monkeypatch.setattr("apps.portal.bundles.LifeEvents._offer", lambda *_: hanging.state(""))
    async with asyncio.timeout(8):
        response = await portal.citizen().post("/api/chat", json={"text": "居住证"})
    assert (response.status_code, hanging.asked) == (200, 1)


async def test_what_the_first_answer_needs_is_read_before_it(
    portal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await portal.services.prepare()
    assert portal.recommending.prepared == 1
    made = serving(portal, Hanging())
    service = RecommendingService(made, portal.services.conversations.region, portal.clock)
    states: list[CitizenState] = []
    monkeypatch.setattr(type(made.recommender), "recommend", lambda _, state, *__: states.append(state))
    await service.prepare()
    assert [one.personalized for one in states] == [True]


@pytest.mark.parametrize("error", [Unavailable("down"), ValueError("a defect")])
async def test_preparing_never_fails(portal: Any, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> None:
        raise error

    made = serving(portal, Hanging())
    monkeypatch.setattr(type(made.recommender), "recommend", fail)
    await RecommendingService(made, portal.services.conversations.region, portal.clock).prepare()
