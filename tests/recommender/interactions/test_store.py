"""What is kept of what citizens do, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from apps.portal.asked import asked_by
from core.answering import AnswerStatus
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.database.engine import reading
from core.errors import BadInput, NotFound
from recommender.interactions.guard import MOST_KEPT
from recommender.interactions.rules import MAY_SEND, OLDEST
from recommender.interactions.store import MOST_AT_ONCE
from recommender.interactions.tables import interaction_count, interaction_source
from recommender.models import InteractionType, Origin, Scope
from recommender.profile.tables import dismissal
from tests.recommender.cities import City

T = InteractionType
WRONG = [(kind, origin) for origin in Origin for kind in T if kind not in MAY_SEND[origin]]


def counts(city: City) -> list[tuple[Any, ...]]:
    columns = (interaction_count.c.item_id, interaction_count.c.district, interaction_count.c.count)
    with reading(city.engine) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns[:2]))]


def test_who_agreed_is_linked_and_not_counted(city: City) -> None:
    city.agree("甲")
    city.live_in("甲", "990101")
    assert city.do("甲", 1, 2) is True
    assert city.rows("citizen", "item_id", "type", "origin", "district", "counts") == [
        ("甲", 1, "click", "client", "990101", True),
        ("甲", 2, "click", "client", "990101", True),
    ]
    assert counts(city) == []


def test_who_did_not_agree_is_counted_and_not_linked(city: City) -> None:
    city.live_in("乙", "990102")
    assert city.do("乙", 1, address="203.0.113.5") is False
    city.do("", 1)
    city.ask("乙", 1, "203.0.113.5")
    city.do("乙", 1, kind=T.DISMISS)
    city.do("乙", 1, kind=T.VIEW)
    assert (city.rows(), counts(city)) == ([], [(1, "", 1), (1, "990102", 2)])
    with reading(city.engine) as connection:
        assert connection.execute(select(interaction_source)).all() == []


def test_a_district_that_was_made_up_is_not_kept(city: City) -> None:
    city.agree("甲")
    for who in ("甲", "乙"):
        city.live_in(who, "123456")
        city.do(who, 1)
    assert (city.rows("district"), counts(city)) == ([(None,)], [(1, "", 1)])


def test_a_replayed_event_is_no_error_and_has_no_effect(city: City) -> None:
    city.agree("甲")
    city.do("甲", 1, id="once")
    city.do("甲", 2, id="once")
    city.store.add("甲", [city.event(3, id="twice"), city.event(4, id="twice")])
    assert city.rows("event_id", "item_id") == [("once", 1), ("twice", 3)]


def test_two_citizens_may_use_the_same_event_id(city: City) -> None:
    for who in (city.agree("甲"), city.agree("乙")):
        city.do(who, 1, id="same")
    assert city.rows("citizen") == [("甲",), ("乙",)]


@pytest.mark.parametrize(("kind", "origin"), WRONG)
def test_nobody_says_what_is_not_theirs_to_say(city: City, kind: T, origin: Origin) -> None:
    city.agree("甲")
    with pytest.raises(BadInput, match="type"):
        city.do("甲", 1, kind=kind, origin=origin)
    assert city.rows() == []


def test_one_bad_event_keeps_the_others_out(city: City) -> None:
    city.agree("甲")
    with pytest.raises(NotFound):
        city.store.add("甲", [city.event(1), city.event(99)])
    assert city.rows() == []


def test_only_what_is_published_is_interacted_with(city: City) -> None:
    city.agree("甲")
    city.publish(7, status="withdrawn")
    city.publish(8, effective_to=city.clock.today() - timedelta(days=1))
    for item in (7, 8, 99):
        with pytest.raises(NotFound):
            city.do("甲", item)
        city.ask("甲", item)
    assert (city.rows(), counts(city)) == ([], [])


@pytest.mark.parametrize("value", [None, 0.0, 5.5, float("nan"), float("inf")])
def test_a_rating_is_from_one_to_five(city: City, value: float | None) -> None:
    with pytest.raises(BadInput, match="value"):
        city.do("甲", 1, kind=T.RATE, value=value)


def test_only_a_rating_has_a_value(city: City) -> None:
    with pytest.raises(BadInput, match="value"):
        city.do("甲", 1, value=3.0)
    assert city.do(city.agree("甲"), 1, kind=T.RATE, value=4.0)
    assert city.rows("value") == [(4.0,)]


@pytest.mark.parametrize("id", ["", "x" * 65, "空", "a b", "a\0"])
def test_an_event_id_is_short_and_plain(city: City, id: str) -> None:
    event = city.event(1, id="x")
    with pytest.raises(BadInput, match="event_id"):
        city.store.add("甲", [type(event)(id, 1, event.type, event.origin, event.occurred_at)])


def test_a_clock_that_is_ahead_is_put_right(city: City) -> None:
    city.agree("甲")
    city.do("甲", 1, at=city.clock.now() + timedelta(days=400))
    assert city.rows("occurred_at") == [(city.clock.now(),)]


@pytest.mark.parametrize(("origin", "kind"), [(Origin.CLIENT, T.CLICK), (Origin.AGENCY, T.APPLY)])
def test_what_is_too_old_is_refused(city: City, origin: Origin, kind: T) -> None:
    city.agree("甲")
    oldest = city.clock.now() - OLDEST[origin]
    city.do("甲", 1, kind=kind, origin=origin, at=oldest)
    with pytest.raises(BadInput, match="occurred_at"):
        city.do("甲", 1, kind=kind, origin=origin, at=oldest - timedelta(seconds=1))
    assert city.rows("occurred_at") == [(oldest,)]


def test_nobody_is_linked_to_a_sensitive_item(city: City) -> None:
    city.agree("甲")
    city.publish(7, sensitive=True)
    city.do("甲", 7, 1)
    city.ask("甲", 7)
    city.do("甲", 7, kind=T.DISMISS)
    city.do("甲", 7, kind=T.APPLY, origin=Origin.AGENCY)
    assert city.rows("item_id") == [(1,)]
    assert counts(city) == [(7, "", 3)]


def test_a_question_is_kept_once_with_its_answer(city: City) -> None:
    city.agree("甲")
    city.ask("甲", 1)
    city.number -= 1
    city.ask("甲", 1)
    assert city.rows("type", "origin", "item_id") == [("ask", "server", 1)]


def test_a_dismissal_is_of_an_item_or_of_its_theme(city: City) -> None:
    city.agree("甲")
    city.publish(7)
    city.do("甲", 1, kind=T.DISMISS)
    city.do("甲", 4, kind=T.DISMISS, scope=Scope.THEME)
    city.do("甲", 7, kind=T.DISMISS, scope=Scope.THEME)
    with reading(city.engine) as connection:
        found = connection.execute(select(dismissal.c.scope, dismissal.c.target)).all()
    assert {tuple(row) for row in found} == {("item", "1"), ("theme", "医保"), ("item", "7")}


def test_too_many_at_once_or_of_several_origins_are_refused(city: City) -> None:
    city.agree("甲")
    for events in ([], [city.event(1)] * 21, [city.event(1), city.event(1, T.ASK, Origin.SERVER)]):
        with pytest.raises(BadInput):
            city.store.add("甲", events)


def test_no_address_is_kept(city: City) -> None:
    city.agree("甲")
    city.do("甲", 1, address="203.0.113.5")
    city.clock.move_to(city.clock.now() + timedelta(days=1))
    city.do("甲", 1, address="203.0.113.5")
    first, second = [row.source for row in city.rows("source")]
    assert "203.0" not in f"{first}{second}"
    assert len(first) == 32
    assert first != second


def test_beyond_what_a_day_holds_a_citizen_is_only_counted_and_obeyed(city: City) -> None:
    city.agree("甲")
    for number in range(MOST_KEPT // MOST_AT_ONCE):
        assert city.do("甲", *[1 + number % 5] * MOST_AT_ONCE) is True
    assert city.do("甲", 1) is False
    city.ask("甲", 1)
    assert (len(city.rows()), counts(city)) == (MOST_KEPT, [(1, "", 2)])
    assert city.do("甲", 6, kind=T.DISMISS) is True
    with reading(city.engine) as connection:
        assert connection.execute(select(dismissal.c.target)).scalars().all() == ["6"]
    city.do("甲", 1, kind=T.APPLY, origin=Origin.AGENCY)
    city.do(city.agree("乙"), 1)
    city.clock.move_to(city.clock.now() + timedelta(days=1))
    assert city.do("甲", 1) is True
    assert len(city.rows()) == MOST_KEPT + 3


def test_what_is_counted_at_once_is_one_row_for_each_item_in_order(city: City) -> None:
    written: list[Any] = []

    def note(_: Any, __: Any, statement: str, given: Any, *___: Any) -> None:
        if statement.startswith("INSERT INTO interaction_count"):
            written.append(given)

    event.listen(city.engine, "before_cursor_execute", note)
    city.do("", 3, 1, 3, 2, 3)
    event.remove(city.engine, "before_cursor_execute", note)
    assert counts(city) == [(1, "", 1), (2, "", 1), (3, "", 3)]
    values = [tuple(given.values()) if isinstance(given, dict) else given for given in written]
    assert [given[0] for given in values] == [1, 2, 3]


@pytest.mark.parametrize("personal", [True, False])
def test_what_is_agreed_to_is_asked_once_in_a_turn(city: City, personal: bool) -> None:
    if personal:
        city.agree("甲")
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "FROM consent" in statement:
            asked.append(statement)

    answer = LoggedAnswer(id="a", question="x", status=AnswerStatus.ANSWERED_GUIDE, item_id=1)
    turns = Turns(city.engine, city.clock, asked_by(city.store))
    event.listen(city.engine, "before_cursor_execute", note)
    turns.save(Turn(conversation="甲", answer=answer))
    assert [row.item_id for row in city.rows("item_id")] == [1] * personal
    assert len(asked) == 1
