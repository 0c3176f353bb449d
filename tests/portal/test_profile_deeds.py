"""What the conversation changes of a profile, over the stores themselves."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from apps.portal.profile_deeds import ProfileDeeds
from core.citizens.consents import Purpose
from core.errors import NotFound
from recommender.profile.store import FactsNotAgreedTo, ProfileStore
from tests.recommender.cities import City


@pytest.fixture
def city(engine: Engine) -> City:
    made = City(engine)
    made.publish(1, theme="医保")
    made.publish(2, theme="户籍")
    return made


@pytest.fixture
def profiles(city: City) -> ProfileStore:
    return ProfileStore(city.engine, city.clock)


@pytest.fixture
def deeds(city: City, profiles: ProfileStore) -> ProfileDeeds:
    return ProfileDeeds(profiles, city.store, city.clock)


def test_a_dismissal_is_kept_and_undone_once(city: City, profiles: ProfileStore, deeds: ProfileDeeds) -> None:
    city.agree("甲")
    deeds.dismiss("甲", 1, theme=True)
    deeds.dismiss("甲", 2, theme=False)
    state = profiles.state("甲")
    assert state.dismissed_themes == {"医保"}
    assert state.dismissed_items == {2}
    assert [deeds.restore("甲", 1, theme=True) for _ in range(2)] == [True, False]
    state = profiles.state("甲")
    assert state.dismissed_themes == frozenset()
    assert state.dismissed_items == {2}


def test_it_may_be_dismissed_again(city: City, profiles: ProfileStore, deeds: ProfileDeeds) -> None:
    city.agree("甲")
    for _ in range(2):
        deeds.dismiss("甲", 1, theme=False)
        assert profiles.state("甲").dismissed_items == {1}
        assert deeds.restore("甲", 1, theme=False)


def test_without_consent_no_dismissal_is_kept(
    city: City, profiles: ProfileStore, deeds: ProfileDeeds
) -> None:
    deeds.dismiss("甲", 1, theme=True)
    assert profiles.profile("甲").dismissed == ()
    assert not deeds.restore("甲", 1, theme=True)


def test_what_is_gone_cannot_be_dismissed(city: City, deeds: ProfileDeeds) -> None:
    city.agree("甲")
    city.publish(1, "withdrawn", theme="医保")
    with pytest.raises(NotFound):
        deeds.dismiss("甲", 1, theme=True)


def test_facts_are_kept_with_their_own_consent_alone(city: City, deeds: ProfileDeeds) -> None:
    city.agree("甲")
    with pytest.raises(FactsNotAgreedTo):
        deeds.tell("甲", "hukou_city", True)
    assert deeds.facts("甲") == {}
    city.agree("甲", Purpose.PROFILE_FACTS)
    deeds.tell("甲", "hukou_city", True)
    assert deeds.facts("甲") == {"hukou_city": True}
