"""Who was told what has changed since: against the rule in words, over any history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from core.answering import AnswerStatus
from core.catalogue.keys import RecordKey
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import new_id
from core.citizens.followups import FollowupData
from core.citizens.personal import export_all
from core.citizens.recall import Told, told_before
from core.citizens.retention import FOLLOWUP_DAYS, purge
from core.citizens.stores import stored_parts
from core.citizens.tables import answer_log, answer_source, citizen, conversation, followup
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading, writing

GUIDE, OTHER = RecordKey("item", 7), RecordKey("document", 7)
TELL = {Purpose.FOLLOWUP_NOTICE: True}
HOUR = timedelta(hours=1)


def tell(engine: Engine, clock: FixedClock, who: str, *sources: tuple[RecordKey, int]) -> str:
    """An answer to somebody that quotes these."""
    answer = LoggedAnswer(
        id=new_id(), question="办证要多少钱", status=AnswerStatus.ANSWERED_GUIDE, sources=sources
    )
    Turns(engine, clock).save(Turn(conversation=who, answer=answer))
    return answer.id


def recalled(engine: Engine, version: int, since: timedelta, clock: FixedClock) -> list[Told]:
    with reading(engine) as connection:
        return list(told_before(connection, GUIDE, version, clock.now() - since))


@pytest.fixture
def ledger(engine: Engine, clock: FixedClock) -> Consents:
    return Consents(engine, clock, "1")


# Each step is an hour: the record is changed, or somebody asks and is told what it says then.
STEPS = st.lists(
    st.one_of(
        st.just("change"),
        st.tuples(st.sampled_from(["agreed", "agreed too", "stranger"]), st.sampled_from([GUIDE, OTHER])),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, hours=st.integers(0, 15))
def test_it_is_exactly_those_who_were_told_an_older_version(
    engine: Engine, clock: FixedClock, ledger: Consents, steps: list[Any], hours: int
) -> None:
    with writing(engine) as connection:
        for table in (answer_log, conversation, citizen):
            connection.execute(delete(table))
    for who in ("agreed", "agreed too"):
        ledger.put(who, TELL, "1")
    version, told = 1, list[Told]()
    for step in steps:
        clock.move_to(clock.now() + HOUR)
        if step == "change":
            version += 1
            continue
        who, key = step
        answer = tell(engine, clock, who, (key, version))
        if key is GUIDE:
            told.append(Told(answer, version, clock.now(), None if who == "stranger" else who))
    since = clock.now() - hours * HOUR
    expected = [one for one in told if one.version < version and one.at >= since]
    assert recalled(engine, version, hours * HOUR, clock) == expected


def test_who_withdraws_or_is_erased_is_known_no_more(
    engine: Engine, clock: FixedClock, ledger: Consents
) -> None:
    parts = FollowupData(engine)
    for who in ("a", "b"):
        ledger.put(who, TELL, "1")
        tell(engine, clock, who, (GUIDE, 1))
        clock.move_to(clock.now() + timedelta(minutes=1))
    assert {one.citizen for one in recalled(engine, 2, HOUR, clock)} == {"a", "b"}
    assert len(parts.export("a")["answers"]) == 1
    ledger.put("a", {Purpose.FOLLOWUP_NOTICE: False}, "1")
    assert [one.citizen for one in recalled(engine, 2, HOUR, clock)] == [None, "b"]
    parts.erase("b")
    assert [one.citizen for one in recalled(engine, 2, HOUR, clock)] == [None, None]
    # What is agreed to again holds for what is asked from then on.
    ledger.put("a", TELL, "1")
    assert [one.citizen for one in recalled(engine, 2, HOUR, clock)] == [None, None]


def test_it_is_another_consent_than_that_to_recommendations(
    engine: Engine, clock: FixedClock, ledger: Consents
) -> None:
    ledger.put("a", TELL, "1")
    tell(engine, clock, "a", (GUIDE, 1))
    ledger.put("b", {Purpose.PERSONALIZE: True}, "1")
    tell(engine, clock, "b", (GUIDE, 1))
    with reading(engine) as connection:
        assert set(connection.execute(select(answer_log.c.citizen)).scalars()) == {None, "b"}
        assert list(connection.execute(select(followup.c.citizen)).scalars()) == ["a"]
    ledger.put("a", {Purpose.PERSONALIZE: False}, "1")
    assert {one.citizen for one in recalled(engine, 2, HOUR, clock)} == {None, "a"}


def test_erasing_wipes_words_that_only_the_wish_to_hear_more_still_links(
    engine: Engine, clock: FixedClock, ledger: Consents
) -> None:
    ledger.put("a", TELL, "1")
    answer = tell(engine, clock, "a", (GUIDE, 1))
    clock.move_to(clock.now() + timedelta(days=40))
    purge(engine, clock, 30)
    parts = stored_parts(engine, clock)
    shown = export_all(parts, "a")
    assert [one["id"] for one in shown["conversation"]["answers"]] == [answer]
    for part in parts:
        part.erase("a")
    with reading(engine) as connection:
        assert connection.execute(select(answer_log.c.question)).scalars().all() == [""]
        assert connection.execute(select(followup)).all() == []


def test_nobody_is_kept_longer_than_their_time(engine: Engine, clock: FixedClock, ledger: Consents) -> None:
    ledger.put("a", TELL, "1")
    answer = tell(engine, clock, "a", (GUIDE, 1), (OTHER, 3))
    clock.move_to(clock.now() + timedelta(days=FOLLOWUP_DAYS))
    assert purge(engine, clock, 30).followups == 0
    clock.move_to(clock.now() + HOUR)
    assert purge(engine, clock, 30).followups == 1
    with writing(engine) as connection:
        connection.execute(delete(answer_log).where(answer_log.c.id == answer))
        assert connection.execute(select(answer_source)).all() == []
