"""The ledger of consents: what was agreed to, when, and to which words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.answering import AnswerStatus
from core.citizens.consents import Consent, Consents, OutdatedNotice, Purpose
from core.citizens.conversations import new_id
from core.citizens.retention import purge
from core.citizens.tables import answer_log, citizen, consent
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading

GIVE = {Purpose.PERSONALIZE: True}
WITHDRAW = {Purpose.PERSONALIZE: False}


@pytest.fixture
def ledger(engine: Engine, clock: FixedClock) -> Consents:
    return Consents(engine, clock, "2")


def history(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(consent).order_by(consent.c.number)))


def citizens(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(citizen.c.id)).scalars())


def linked(engine: Engine) -> list[str | None]:
    with reading(engine) as connection:
        return list(connection.execute(select(answer_log.c.citizen)).scalars())


def test_every_purpose_stands_somewhere(ledger: Consents) -> None:
    assert ledger.of("a") == dict.fromkeys(Purpose, Consent())


def test_history_only_grows(ledger: Consents, engine: Engine, clock: FixedClock) -> None:
    instants = []
    for wanted in (GIVE, GIVE, WITHDRAW, WITHDRAW, GIVE):
        ledger.put("a", wanted, "2")
        instants.append(clock.now())
        clock.move_to(clock.now() + timedelta(hours=1))
    rows = history(engine)
    assert [(row.given_at, row.withdrawn_at) for row in rows] == [
        (instants[0], instants[2]),
        (instants[4], None),
    ]
    assert ledger.of("a")[Purpose.PERSONALIZE] == Consent(True, instants[4], "2")
    assert ledger.of("b")[Purpose.PERSONALIZE] == Consent()


def test_withdrawn_purpose_says_when(ledger: Consents, clock: FixedClock) -> None:
    ledger.put("a", GIVE, "2")
    clock.move_to(clock.now() + timedelta(hours=1))
    assert ledger.put("a", WITHDRAW, None)[Purpose.PERSONALIZE] == Consent(False, clock.now(), "2")


def test_outdated_notice_changes_nothing(ledger: Consents, engine: Engine) -> None:
    with pytest.raises(OutdatedNotice):
        ledger.put("a", GIVE, "1")
    assert (history(engine), citizens(engine)) == ([], [])


def test_new_notice_is_agreed_to_anew(engine: Engine, clock: FixedClock, ledger: Consents) -> None:
    Consents(engine, clock, "1").put("a", GIVE, "1")
    assert ledger.of("a")[Purpose.PERSONALIZE].notice_version == "1"
    ledger.put("a", GIVE, "2")
    assert [(row.notice_version, row.withdrawn_at is None) for row in history(engine)] == [
        ("1", False),
        ("2", True),
    ]


def test_citizen_is_there_from_the_first_consent_on(ledger: Consents, engine: Engine) -> None:
    ledger.put("a", WITHDRAW, None)
    assert citizens(engine) == []
    ledger.put("a", GIVE, "2")
    ledger.put("a", {Purpose.PUSH_WEB: True}, "2")
    assert citizens(engine) == ["a"]


def test_consents_given_at_once_are_kept_once(ledger: Consents, engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ledger.put("a", GIVE, "2"), range(8)))
    assert len(history(engine)) == 1


def test_answers_are_linked_while_that_is_agreed_to(
    ledger: Consents, engine: Engine, clock: FixedClock
) -> None:
    def answer() -> None:
        logged = LoggedAnswer(id=new_id(), question="居住证", status=AnswerStatus.NO_ANSWER)
        Turns(engine, clock).save(Turn(conversation="a", answer=logged))

    answer()
    ledger.put("a", GIVE, "2")
    answer()
    assert sorted(linked(engine), key=str) == [None, "a"]
    ledger.put("a", WITHDRAW, None)
    answer()
    assert linked(engine) == [None, None, None]


def test_citizen_stays_while_something_is_agreed_to(
    ledger: Consents, engine: Engine, clock: FixedClock
) -> None:
    ledger.put("a", {Purpose.PUSH_WEB: True, **GIVE}, "2")
    ledger.put("b", GIVE, "2")
    ledger.put("b", WITHDRAW, None)
    clock.move_to(clock.now() + timedelta(days=29))
    assert purge(engine, clock, 30).citizens == 0
    clock.move_to(clock.now() + timedelta(days=2))
    assert purge(engine, clock, 30).citizens == 1
    assert (citizens(engine), len(history(engine))) == (["a"], 2)
    ledger.put("a", {Purpose.PUSH_WEB: False, **WITHDRAW}, None)
    assert purge(engine, clock, 30).citizens == 0
    clock.move_to(clock.now() + timedelta(days=31))
    assert purge(engine, clock, 30).citizens == 1
    assert history(engine) == []


def test_consent_lapses_a_year_after_the_last_turn_with_its_links(
    ledger: Consents, engine: Engine, clock: FixedClock
) -> None:
    for name in ("a", "b"):
        ledger.put(name, GIVE, "2")
    clock.move_to(clock.now() + timedelta(days=300))
    for name in ("a", "b"):
        logged = LoggedAnswer(id=new_id(), question="居住证", status=AnswerStatus.NO_ANSWER)
        Turns(engine, clock).save(Turn(conversation=name, answer=logged))
    clock.move_to(clock.now() + timedelta(days=300))
    Turns(engine, clock).save(
        Turn(conversation="b", answer=LoggedAnswer(id=new_id(), question="", status=AnswerStatus.NO_ANSWER))
    )
    assert purge(engine, clock, 30).citizens == 0
    clock.move_to(clock.now() + timedelta(days=66))
    assert purge(engine, clock, 30).citizens == 1
    assert (citizens(engine), sorted(linked(engine), key=str)) == (["b"], [None, "b", "b"])
