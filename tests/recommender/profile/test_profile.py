"""What may be used of a citizen, and what the citizen sees and changes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select

from core.catalogue.tables import service_item
from core.citizens.consents import Consents, Purpose
from core.citizens.facts import FACTS
from core.citizens.tables import citizen as known
from core.database.engine import reading, writing
from core.errors import BadInput
from recommender.models import CitizenState, InteractionType, Origin, Scope
from recommender.personal import forgets
from recommender.profile.store import Changes, FactsNotAgreedTo, ProfileStore, citizen_of
from recommender.profile.tags import ItemTags
from tests.recommender.cities import City

T = InteractionType
BOTH = (Purpose.PERSONALIZE, Purpose.PROFILE_FACTS)


@pytest.fixture
def city(engine: Engine) -> City:
    made = City(engine)
    made.publish(1, theme="医保", life_events=["出生"])
    made.publish(2, theme="户籍", life_events=["出生", "入学"])
    made.publish(3, theme="就业", life_events=["就业"])
    return made


@pytest.fixture
def profiles(city: City) -> ProfileStore:
    return ProfileStore(city.engine, city.clock)


def later(city: City, **by: float) -> None:
    city.clock.move_to(city.clock.now() + timedelta(**by))


def last_seen(city: City, citizen: str) -> Any:
    with reading(city.engine) as connection:
        return connection.execute(select(known.c.last_seen).where(known.c.id == citizen)).scalar_one()


def tags(profiles: ProfileStore, citizen: str) -> list[str]:
    return [one.tag for one in profiles.profile(citizen).learned]


def test_of_who_agreed_to_nothing_nothing_is_known(city: City, profiles: ProfileStore) -> None:
    city.do("甲", 1)
    assert profiles.state("甲", "990101") == CitizenState(region="990101")
    assert profiles.state("") == CitizenState()


def test_what_was_done_a_moment_ago_is_in_the_state(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    for item in (1, 3):
        city.ask("甲", item)
        later(city, minutes=1)
    state = profiles.state("甲")
    assert state.personalized
    assert [(one.item_id, one.type) for one in state.recent] == [(3, T.ASK), (1, T.ASK)]
    # They show an event by themselves, each as surely as it can: of an event nobody has told.
    assert state.life_events == ()


def test_what_was_only_seen_is_no_interest(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, kind=T.VIEW)
    assert (profiles.state("甲").recent, profiles.profile("甲").learned) == ((), ())


def test_recent_are_fifty_and_the_latest(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    for number in range(60):
        city.do("甲", 1, id=f"n{number}")
        later(city, seconds=1)
    recent = profiles.state("甲").recent
    assert [one.event_id for one in recent] == [f"n{number}" for number in range(59, 9, -1)]


def test_what_was_dismissed_is_told_and_no_interest(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, kind=T.DISMISS)
    city.do("甲", 2, kind=T.DISMISS, scope=Scope.THEME)
    state = profiles.state("甲")
    assert (state.recent, state.life_events) == ((), ())
    assert state.dismissed_items == {1}
    assert state.dismissed_themes == {"户籍"}
    assert profiles.profile("甲").learned == ()


def test_a_dismissal_is_undone_in_the_profile_and_a_replay_brings_it_not_back(
    city: City, profiles: ProfileStore
) -> None:
    city.agree("甲")
    city.do("甲", 1, kind=T.DISMISS, id="first")
    city.do("甲", 2, kind=T.DISMISS, scope=Scope.THEME)
    kept = profiles.change("甲", Changes(dismissed=[(Scope.THEME, "户籍"), (Scope.THEME, "别的")]))
    assert [(one.scope, one.target) for one in kept.dismissed] == [(Scope.THEME, "户籍")]
    city.do("甲", 1, kind=T.DISMISS, id="first")
    assert profiles.state("甲").dismissed_items == frozenset()
    city.do("甲", 1, kind=T.DISMISS)
    assert profiles.state("甲").dismissed_items == {1}


def test_one_dismissal_is_undone_alone(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, kind=T.DISMISS)
    city.do("甲", 1, 2, kind=T.DISMISS, scope=Scope.THEME)
    city.do(city.agree("乙"), 1, kind=T.DISMISS)
    assert profiles.restore("甲", Scope.THEME, 2)
    assert not profiles.restore("甲", Scope.THEME, 2)
    state = profiles.state("甲")
    assert state.dismissed_items == {1}
    assert state.dismissed_themes == {"医保"}
    assert profiles.restore("甲", Scope.ITEM, 1)
    assert not profiles.restore("甲", Scope.ITEM, 1)
    assert not profiles.restore("甲", Scope.THEME, 99)
    assert profiles.state("乙").dismissed_items == {1}


def test_what_is_withdrawn_is_restored_too(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, kind=T.DISMISS, scope=Scope.THEME)
    city.publish(1, "withdrawn", theme="医保")
    assert profiles.restore("甲", Scope.THEME, 1)


def test_what_was_applied_for_is_done(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, kind=T.APPLY, origin=Origin.AGENCY)
    city.do("甲", 2, kind=T.FINISH)
    city.do("甲", 3)
    assert profiles.state("甲").done == {1, 2}


def test_learned_tags_are_those_of_what_was_done_since_then(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    begun = city.clock.now()
    city.do("甲", 1)
    later(city, hours=1)
    city.do("甲", 2, 1)
    city.do("甲", 3, kind=T.RATE, value=1.0)
    learned = {one.tag: one.since for one in profiles.profile("甲").learned}
    assert learned == {"医保": begun, "出生": begun, "户籍": city.clock.now(), "入学": city.clock.now()}


def test_one_tag_is_deleted_with_what_it_was_learned_from(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, 2, 3)
    city.do(city.agree("乙"), 1)
    stay = [tag for tag in tags(profiles, "甲") if tag != "医保"]
    profiles.change("甲", Changes(learned=stay))
    assert sorted(tags(profiles, "甲")) == ["入学", "出生", "就业", "户籍"]
    assert {one.item_id for one in profiles.state("甲").recent} == {2, 3}
    assert city.rows("citizen", "item_id") == [("甲", 2), ("甲", 3), ("乙", 1)]
    profiles.change("甲", Changes(learned=[]))
    assert (tags(profiles, "甲"), profiles.state("甲").recent) == ([], ())


def test_facts_are_told_changed_and_taken_back(city: City, profiles: ProfileStore) -> None:
    city.agree("甲", *BOTH)
    told = {"age": 34, "married": True, "education": "master", "district": "990101"}
    assert profiles.change("甲", Changes(facts=told)).facts == told
    profiles.change("甲", Changes(facts={"age": 35, "married": None, "children": None}))
    left = {"age": 35, "education": "master", "district": "990101"}
    assert profiles.state("甲").facts == profiles.profile("甲").facts == left
    assert profiles.state("乙").facts == {}


def test_facts_need_their_own_consent(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    for changes in (Changes(facts={"age": 34}), Changes(life_events=["出生"])):
        with pytest.raises(FactsNotAgreedTo):
            profiles.change("甲", changes)
    assert profiles.change("甲", Changes(facts={"age": None}, life_events=[])).facts == {}


def test_facts_are_used_without_being_personalized_by_behaviour(city: City, profiles: ProfileStore) -> None:
    city.agree("甲", Purpose.PROFILE_FACTS)
    profiles.change("甲", Changes(facts={"age": 34}, life_events=["退休"]))
    state = profiles.state("甲")
    assert (state.personalized, state.facts, state.life_events) == (False, {"age": 34}, ("退休",))


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.sensitive])
def test_a_sensitive_fact_is_refused_in_plain_words(city: City, profiles: ProfileStore, name: str) -> None:
    city.agree("甲", *BOTH)
    with pytest.raises(BadInput) as caught:
        profiles.change("甲", Changes(facts={"age": 34, name: True}))
    assert FACTS[name].label in caught.value.public_message
    assert profiles.profile("甲").facts == {}


@pytest.mark.parametrize(
    "facts", [{"age": 200}, {"age": True}, {"height": 180}, {"height": None}, {"age": []}]
)
def test_a_fact_that_cannot_be_is_refused(city: City, profiles: ProfileStore, facts: Any) -> None:
    city.agree("甲", *BOTH)
    with pytest.raises(BadInput):
        profiles.change("甲", Changes(facts=facts))


def test_a_district_is_one_that_there_is(city: City, profiles: ProfileStore) -> None:
    city.agree("甲", *BOTH)
    with pytest.raises(BadInput, match="district"):
        profiles.change("甲", Changes(facts={"age": 34, "district": "123456"}))
    assert profiles.profile("甲").facts == {}
    for told in ("990102", None):
        assert profiles.change("甲", Changes(facts={"district": told})).facts.get("district") == told


def test_whoever_uses_their_profile_came_that_day(city: City, profiles: ProfileStore) -> None:
    begun = city.clock.now()
    city.agree("甲", *BOTH)
    for days, noted in ((0.5, begun), (1.0, begun + timedelta(days=1.5))):
        later(city, days=days)
        profiles.change("甲", Changes(facts={"age": 34}))
        assert last_seen(city, "甲") == noted


def test_whoever_does_something_came_that_day_but_an_agency_s_word_is_no_visit(
    city: City, profiles: ProfileStore
) -> None:
    begun = city.clock.now()
    city.agree("甲")
    later(city, days=2)
    city.do("甲", 1, kind=T.APPLY, origin=Origin.AGENCY)
    assert last_seen(city, "甲") == begun
    city.do("甲", 1)
    assert last_seen(city, "甲") == city.clock.now()


def test_life_events_are_few_and_chinese(city: City, profiles: ProfileStore) -> None:
    city.agree("甲", *BOTH)
    profiles.change("甲", Changes(life_events=["出生", "入学", "出生"]))
    assert set(profiles.change("甲", Changes(life_events=["入学", "购房"])).life_events) == {"入学", "购房"}
    for bad in (["<b>"], [""], ["出" * 17], [chr(0x4E00 + number) for number in range(21)]):
        with pytest.raises(BadInput):
            profiles.change("甲", Changes(life_events=bad))


def test_what_became_sensitive_is_used_no_more(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, 3)
    city.publish(1, theme="医保", life_events=["出生"], sensitive=True, version=2)
    assert [one.item_id for one in profiles.state("甲").recent] == [3]
    assert set(tags(profiles, "甲")) == {"就业"}


def test_what_is_gone_is_no_interest(city: City, profiles: ProfileStore) -> None:
    city.agree("甲")
    city.do("甲", 1, 3)
    with writing(city.engine) as connection:
        connection.execute(delete(service_item).where(service_item.c.id == 1))
    assert [one.item_id for one in profiles.state("甲").recent] == [3]


def test_tags_that_are_let_go_meanwhile_are_told_all_the_same(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.profile.tags._MOST_HELD", 0)
    held = ItemTags()
    with reading(city.engine) as connection:
        held.of(connection, [1, 2])
        assert set(held.of(connection, [1, 2, 3])) == {1, 2, 3}


def test_withdrawing_deletes_what_was_learned_at_once(city: City, profiles: ProfileStore) -> None:
    city.agree("甲", *BOTH)
    city.do("甲", 1)
    city.do("甲", 2, kind=T.DISMISS)
    profiles.change("甲", Changes(facts={"age": 34}, life_events=["出生"]))
    given = profiles.profile("甲").reference
    consents = Consents(city.engine, city.clock, "1", forgets())
    consents.put("甲", {Purpose.PERSONALIZE: False}, None)
    assert city.rows() == []
    seen = profiles.profile("甲")
    assert (seen.facts, seen.life_events) == ({"age": 34}, ("出生",))
    assert (seen.dismissed, seen.learned, seen.reference) == ((), (), None)
    with reading(city.engine) as connection:
        assert citizen_of(connection, str(given)) is None
    consents.put("甲", {Purpose.PROFILE_FACTS: False}, None)
    assert (profiles.profile("甲").facts, profiles.profile("甲").life_events) == ({}, ())


def test_a_reference_stays_the_same_and_names_one_citizen(city: City, profiles: ProfileStore) -> None:
    given = {who: profiles.profile(city.agree(who)).reference for who in ("甲", "乙")}
    assert profiles.profile("甲").reference == given["甲"] != given["乙"]
    assert profiles.profile("丙").reference is None
    with reading(city.engine) as connection:
        found = {who: citizen_of(connection, str(reference)) for who, reference in given.items()}
        assert citizen_of(connection, "x" * 43) is None
    assert found == {"甲": "甲", "乙": "乙"}


@pytest.mark.parametrize(("read", "most"), [("state", 7), ("profile", 7)])
def test_it_takes_few_queries(city: City, profiles: ProfileStore, read: str, most: int) -> None:
    city.agree("甲", *BOTH)
    city.do("甲", 1, 2, 3)
    profiles.profile("甲")
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    event.listen(city.engine, "before_cursor_execute", note)
    getattr(profiles, read)("甲")
    assert len(asked) <= most
