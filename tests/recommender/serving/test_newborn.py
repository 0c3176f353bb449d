"""The example city without any model: who asks about a newborn's insurance is offered what goes with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.catalogue.rules import Scalar
from recommender.models import CitizenState
from recommender.serving.items import PublishedItems
from recommender.serving.recommending import Recommender
from tests.recommender.serving.absent import EvenWeights, NoModel, NothingPopular

NOW, TODAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC), date(2026, 3, 2)
# 出生医学证明, 儿童预防接种, 生育津贴
WANTED = {"wjw-csyxzm", "wjw-yfjz", "ybj-syjt"}
Offered = Callable[..., dict[str, str]]


@pytest.fixture
def offered(city: PublishedItems) -> Offered:
    """Reasons by external id."""
    recommender = Recommender(city, NothingPopular(), NoModel(), EvenWeights(), names=city.region_name)

    def offer(state: CitizenState, k: int = 5, **more: Any) -> dict[str, str]:
        found = recommender.recommend(state, k, TODAY, NOW, **more)
        return {one.item.external_id: one.reason for one in found.items}

    return offer


@pytest.fixture
def insurance(city: PublishedItems) -> int:
    return next(item.id for item in city.all().values() if item.external_id == "ybj-xse")


@pytest.mark.parametrize("facts", [{}, {"children": 1}, {"children": 1, "hukou_city": True}])
def test_asking_about_newborn_insurance_leads_to_what_goes_with_a_birth(
    offered: Offered, made: dict[str, Any], insurance: int, facts: dict[str, Any]
) -> None:
    found = offered(CitizenState(personalized=True, facts=facts, recent=(made["act"](insurance),)))
    assert set(found) >= WANTED
    assert {found[name] for name in WANTED} == {"与“出生”这件事常一起办"}
    assert "ybj-xse" not in found


def test_three_places_are_enough_for_the_three(offered: Offered, insurance: int) -> None:
    assert set(offered(CitizenState(personalized=True), 3, context=(insurance,))) == WANTED


def test_an_event_that_the_profile_tells_is_understood_by_any_of_its_names(offered: Offered) -> None:
    found = offered(CitizenState(personalized=True, life_events=("出生",)), 6)
    assert {"wjw-csyxzm", "wjw-yfjz", "ybj-xse"} <= set(found)


def test_the_paper_that_has_to_be_brought_is_offered_with_its_name(
    offered: Offered, made: dict[str, Any], insurance: int
) -> None:
    state = CitizenState(personalized=True, recent=(made["act"](insurance),))
    found = offered(state, 1, only_sources=["similar"])
    assert found == {"wjw-csyxzm": "办“新生儿居民医保参保”要用到“出生医学证明”"}


def test_who_is_old_enough_is_offered_the_pension_of_the_district(offered: Offered) -> None:
    facts: dict[str, Scalar] = {"age": 83, "hukou_city": True, "district": "990101"}
    found = offered(CitizenState(personalized=True, facts=facts), 3)
    assert {"mzj-gljt", "mzj-glzf-dq"} <= set(found)
    assert "mzj-glzf-xq" not in offered(CitizenState(personalized=True, facts=facts), 20)
    assert found["mzj-gljt"] == "您填写的情况符合它能自动核对的条件"


def test_without_consent_nothing_of_what_was_asked_is_used(offered: Offered, insurance: int) -> None:
    nothing = offered(CitizenState(region="990101"))
    assert offered(CitizenState(region="990101"), context=(insurance,)) == nothing
    assert len(nothing) == 5
    assert set(nothing.values()) == {"常见事项"}
