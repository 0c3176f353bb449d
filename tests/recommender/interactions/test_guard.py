"""What others may learn from: the popular list and a model's input stay as they were under a flood."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, literal, select, text

from core.citizens.consents import Consents, Purpose
from core.database.engine import reading
from recommender.interactions.guard import MOST_FOR_ITEM, MOST_NEWCOMERS, MOST_OF_CITIZEN, MOST_OF_NEWCOMERS
from recommender.interactions.popularity import MOST_OF_CLICKS, OF_CLICKS, WINDOW_DAYS, PopularItems
from recommender.interactions.store import MOST_AT_ONCE
from recommender.interactions.trusted import Trusted, trusted_interactions, vouched
from recommender.models import InteractionType, Origin
from recommender.personal import forgets
from tests.recommender.cities import City

T = InteractionType
DISTRICT = "990101"
WANTED = 6


def popular(city: City, region: str | None = None) -> dict[int, float]:
    return dict(PopularItems(city.engine).counts(region, city.clock.today()))


def trained_on(city: City) -> list[Trusted]:
    with reading(city.engine) as connection:
        return list(trusted_interactions(connection, city.clock.now() - timedelta(days=365)))


def live_on(city: City) -> None:
    """Two days of a city: each citizen behind an address of a few asks, and clicks what was offered."""
    chance = random.Random(7)
    citizens = [city.agree(f"citizen-{number}") for number in range(12)]
    for number, who in enumerate(citizens):
        city.live_in(who, DISTRICT if number % 3 else "990102")
    for _ in range(2):
        for number, who in enumerate(citizens):
            address = f"198.51.100.{number % 8}"
            item = chance.choice((1, 1, 1, 2, 2, 3, 4))
            city.ask(who, item, address)
            city.do(who, item, chance.randint(1, 5), address=address)
        city.clock.move_to(city.clock.now() + timedelta(days=1))


def forge(city: City, batches: int, *, citizens: int, addresses: int = 3) -> None:
    """Twenty forged clicks at a time for one item, by new cookies, each behind one of few addresses."""
    for number in range(citizens):
        city.live_in(city.agree(f"forged-{number}"), DISTRICT)
    for number in range(batches):
        one = number % citizens
        city.do(f"forged-{one}", *[WANTED] * MOST_AT_ONCE, address=f"203.0.113.{one % addresses}")


def forge_questions(city: City, citizens: int) -> None:
    """As many questions on one item from one address, each by a new cookie."""
    for number in range(citizens):
        city.live_in(city.agree(f"asking-{number}"), DISTRICT)
        city.ask(f"asking-{number}", WANTED, "203.0.113.9")


def seen(city: City) -> Any:
    return popular(city), popular(city, DISTRICT), popular(city, "990100"), trained_on(city)


# Few cookies that send much, and many that send little; each sort trips another limit.
@pytest.mark.parametrize("citizens", [3, 21], ids=lambda number: f"{number} cookies")
def test_forged_clicks_from_few_addresses_move_nothing(city: City, citizens: int) -> None:
    live_on(city)
    before = seen(city)
    assert before[0]
    assert before[3]
    forge(city, 3 * (MOST_OF_NEWCOMERS // MOST_AT_ONCE + 1), citizens=citizens)
    assert seen(city) == before


def test_forged_questions_by_many_cookies_move_nothing(city: City) -> None:
    live_on(city)
    before = seen(city)
    forge_questions(city, MOST_NEWCOMERS + 1)
    assert seen(city) == before


def test_cookies_that_only_click_do_not_ripen(city: City) -> None:
    live_on(city)
    before = seen(city)
    for _ in range(3):
        # Each day below every limit, by the same cookies.
        forge(city, 6, citizens=6)
        city.clock.move_to(city.clock.now() + timedelta(days=1))
        assert trained_on(city) == before[3]
    assert 0 < popular(city)[WANTED] - before[0].get(WANTED, 0.0) <= MOST_OF_CLICKS


def test_from_one_address_few_count_for_an_item(city: City) -> None:
    for number in range(MOST_FOR_ITEM + 3):
        city.ask(city.agree(f"c{number}"), 1, "203.0.113.5")
    city.ask(city.agree("elsewhere"), 1, "203.0.113.6")
    assert popular(city) == {1: MOST_FOR_ITEM + 1}


def test_an_office_s_other_citizens_still_count(city: City) -> None:
    """Who asked on an earlier day is no newcomer, whatever else comes from the address."""
    address = "203.0.113.0"
    city.ask(city.agree("clerk"), 1, address)
    city.clock.move_to(city.clock.now() + timedelta(days=1))
    city.ask("clerk", 2, address)
    forge(city, MOST_OF_NEWCOMERS // MOST_AT_ONCE + 1, citizens=3, addresses=1)
    city.ask("clerk", 3, address)
    assert set(popular(city)) == {1, 2, 3}


def test_newcomers_count_until_they_are_more_than_people_are(city: City) -> None:
    for number in range(MOST_NEWCOMERS):
        city.ask(city.agree(f"c{number}"), 1 + number % 6, "203.0.113.5")
    assert len(popular(city)) == 6
    city.ask(city.agree("one too many"), 1, "203.0.113.5")
    assert popular(city) == {}
    assert {row.counts for row in city.rows("counts")} == {False}


def test_an_office_whose_newcomers_see_many_cards_is_no_flood(city: City) -> None:
    for number in range(MOST_OF_NEWCOMERS // MOST_AT_ONCE + 1):
        city.do(city.agree(f"c{number}"), *[1] * MOST_AT_ONCE, kind=T.VIEW, address="203.0.113.5")
    city.ask("c0", 2, "203.0.113.5")
    assert popular(city) == {2: 1}


def test_who_looks_through_many_pages_is_no_program(city: City) -> None:
    who = city.agree("reader")
    for _ in range(MOST_OF_CITIZEN // MOST_AT_ONCE + 1):
        city.do(who, *[1] * MOST_AT_ONCE, kind=T.VIEW)
    city.ask(who, 2)
    assert popular(city) == {2: 1}


def test_who_sends_more_than_a_person_does_counts_for_nothing_that_day(city: City) -> None:
    who = city.agree("robot")
    city.ask(who, 1)
    city.clock.move_to(city.clock.now() + timedelta(days=1))
    for _ in range(MOST_OF_CITIZEN // MOST_AT_ONCE):
        city.do(who, *[2] * MOST_AT_ONCE)
    assert set(popular(city)) == {1, 2}
    city.do(who, 2)
    assert set(popular(city)) == {1}
    city.do(who, 3, kind=T.APPLY, origin=Origin.AGENCY)
    assert set(popular(city)) == {1, 3}


def test_who_only_clicks_counts_little_and_teaches_no_model(city: City) -> None:
    for number in range(2):
        city.do(city.agree(f"c{number}"), 1, address=f"203.0.113.{number}")
    assert popular(city) == {1: 2 * OF_CLICKS}
    assert trained_on(city) == []
    city.ask("c0", 2, "203.0.113.0")
    assert popular(city) == {1: 1 + OF_CLICKS, 2: 1.0}
    assert [(one.citizen, one.item_id) for one in trained_on(city)] == [("c0", 1), ("c0", 2)]


def test_a_citizen_is_one_however_often_they_come(city: City) -> None:
    who = city.agree("c")
    for _ in range(5):
        city.ask(who, 1)
        city.do(who, 1)
    assert popular(city) == {1: 1.0}
    assert [one.type for one in trained_on(city)] == [T.ASK, T.CLICK]


def test_what_is_older_counts_less_and_then_not_at_all(city: City) -> None:
    city.ask(city.agree("c"), 1)
    for days, expected in ((14, {1: 0.5}), (14, {})):
        city.clock.move_to(city.clock.now() + timedelta(days=days))
        assert popular(city) == pytest.approx(expected)


def test_districts_have_their_own_list(city: City) -> None:
    for who, district in (("a", DISTRICT), ("b", "990102")):
        city.live_in(city.agree(who), district)
    city.ask("a", 1)
    city.ask("b", 2)
    city.ask(city.agree("nowhere"), 3)
    assert popular(city, DISTRICT) == {1: 1.0}
    assert set(popular(city, "990100")) == set(popular(city, "990000")) == {1, 2}
    assert set(popular(city)) == set(popular(city, "000000")) == {1, 2, 3}


def test_a_dismissal_and_a_bad_rating_speak_for_nothing(city: City) -> None:
    who = city.agree("c")
    city.ask(who, 4)
    city.do(who, 1, kind=T.DISMISS)
    city.do(who, 2, kind=T.RATE, value=1.0)
    city.do(who, 3, kind=T.RATE, value=5.0)
    assert set(popular(city)) == {3, 4}
    assert [(one.item_id, one.value) for one in trained_on(city)] == [(2, 1.0), (3, 5.0), (4, None)]


def test_what_was_only_seen_speaks_for_nothing(city: City) -> None:
    who = city.agree("c")
    city.ask(who, 1)
    city.do(who, 1, 2, kind=T.VIEW)
    assert popular(city) == {1: 1.0}
    assert [(one.item_id, one.type) for one in trained_on(city)] == [(1, T.ASK)]


def test_what_an_agency_reports_late_is_not_popular_today(city: City) -> None:
    who, now = city.agree("c"), city.clock.now()
    for item, days in ((1, WINDOW_DAYS - 1), (2, WINDOW_DAYS + 1)):
        city.do(who, item, kind=T.APPLY, origin=Origin.AGENCY, at=now - timedelta(days=days))
    assert set(popular(city)) == {1}
    assert {one.item_id for one in trained_on(city)} == {1, 2}


def test_what_became_sensitive_or_was_withdrawn_from_is_in_no_model(city: City) -> None:
    for who in ("a", "b"):
        city.ask(city.agree(who), 1)
        city.ask(who, 2)
    city.publish(2, sensitive=True, version=2)
    Consents(city.engine, city.clock, "1", forgets()).put("b", {Purpose.PERSONALIZE: False}, None)
    assert [(one.citizen, one.item_id) for one in trained_on(city)] == [("a", 1)]
    assert popular(city) == {1: 1.0}


def test_what_was_counted_is_used_for_a_while(city: City) -> None:
    seconds = [0.0]
    items = PopularItems(city.engine, fresh_s=60, clock=lambda: seconds[0])
    today = city.clock.today()
    assert items.counts(None, today) == {}
    city.ask(city.agree("c"), 1)
    assert items.counts(None, today) == {}
    seconds[0] = 61.0
    assert items.counts(None, today) == {1: 1.0}


def test_while_one_counts_the_others_go_on_with_what_was_counted_last(city: City) -> None:
    seconds = [0.0]
    items = PopularItems(city.engine, fresh_s=60, clock=lambda: seconds[0])
    today = city.clock.today()
    city.ask(city.agree("c"), 1)
    last = items.counts(None, today)
    city.ask("c", 2)
    seconds[0] = 61.0
    begun, go_on, counting = threading.Event(), threading.Event(), list[str]()

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("SELECT"):
            counting.append(statement)
            if len(counting) == 1:
                begun.set()
                assert go_on.wait(20)

    event.listen(city.engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(items.counts, None, today)
        assert begun.wait(20)
        others = [items.counts(None, day) for day in (today, today + timedelta(days=1))]
        go_on.set()
        assert first.result(20) == {1: 1.0, 2: 1.0}
    event.remove(city.engine, "before_cursor_execute", note)
    assert all(one is last for one in others)
    assert len(counting) == 1


def test_whether_more_speaks_for_somebody_is_found_by_an_index(city: City) -> None:
    asked = select(vouched(literal("c"))).compile(city.engine, compile_kwargs={"literal_binds": True})
    with reading(city.engine) as connection:
        if connection.dialect.name == "postgresql":
            # Of a table this small it reads everything.
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        plan = connection.exec_driver_sql(f"{how} {asked}").all()
    assert "ix_interaction_vouched" in str(plan)
