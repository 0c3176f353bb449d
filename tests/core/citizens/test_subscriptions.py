"""Subscriptions: with a consent, once, and gone with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.citizens.consents import Consents, OutdatedNotice, Purpose
from core.citizens.retention import purge
from core.citizens.subscriptions import (
    MOST,
    ConsentNeeded,
    Subject,
    Subscriptions,
    TooManySubscriptions,
)
from core.citizens.wishes import SubscriptionKind
from core.clock import FixedClock

ITEM = Subject(SubscriptionKind.ITEM, "12")
THEME = Subject(SubscriptionKind.THEME, "户籍")


@pytest.fixture
def consents(engine: Engine, clock: FixedClock) -> Consents:
    return Consents(engine, clock, "2")


@pytest.fixture
def kept(engine: Engine, clock: FixedClock, consents: Consents) -> Subscriptions:
    return Subscriptions(engine, clock, consents)


def test_nobody_subscribes_without_a_consent(kept: Subscriptions, consents: Consents) -> None:
    consents.put("甲", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    with pytest.raises(ConsentNeeded):
        kept.subscribe("甲", ITEM, "居住证申领")
    with pytest.raises(OutdatedNotice):
        kept.subscribe("甲", ITEM, "居住证申领", "1")
    assert (kept.of("甲"), consents.of("甲")[Purpose.PUSH_WEB].given) == ([], False)


def test_the_consent_is_given_with_the_subscription(kept: Subscriptions, clock: FixedClock) -> None:
    (one,) = kept.subscribe("甲", ITEM, "居住证申领", "2")
    assert (one.subject, one.title, one.since) == (ITEM, "居住证申领", clock.now())
    assert len(kept.subscribe("甲", ITEM, "另一个名字")) == 1
    assert len(kept.subscribe("甲", THEME, "户籍")) == 2
    assert [one.subject for one in kept.unsubscribe("甲", ITEM)] == [THEME]
    assert kept.unsubscribe("甲", ITEM) == kept.of("甲")


def test_all_are_ended_of_one_citizen_alone(kept: Subscriptions) -> None:
    for citizen in ("甲", "乙"):
        kept.subscribe(citizen, ITEM, "居住证申领", "2")
    kept.subscribe("甲", THEME, "户籍")
    assert {one.subject for one in kept.unsubscribe_all("甲")} == {ITEM, THEME}
    assert (kept.of("甲"), len(kept.of("乙")), kept.unsubscribe_all("甲")) == ([], 1, [])


def test_subscribing_too_much_gives_no_consent_and_keeps_nothing(
    kept: Subscriptions, consents: Consents
) -> None:
    for at in range(MOST):
        kept.subscribe("甲", Subject(SubscriptionKind.AGENCY, str(at)), "局", "2")
    with pytest.raises(TooManySubscriptions):
        kept.subscribe("甲", ITEM, "居住证申领", "2")
    assert len(kept.of("甲")) == MOST


def test_two_at_once_do_not_go_beyond_the_most(kept: Subscriptions) -> None:
    for at in range(MOST - 1):
        kept.subscribe("甲", Subject(SubscriptionKind.AGENCY, str(at)), "局", "2")

    def subscribe(at: int) -> bool:
        try:
            kept.subscribe("甲", Subject(SubscriptionKind.THEME, str(at)), "主题")
        except TooManySubscriptions:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(subscribe, range(4))) == 1
    assert len(kept.of("甲")) == MOST


def test_subscribers_are_found_by_subject(kept: Subscriptions) -> None:
    for citizen in ("乙", "甲"):
        kept.subscribe(citizen, ITEM, "居住证申领", "2")
    kept.subscribe("丙", Subject(SubscriptionKind.THEME, "12"), "12", "2")
    assert kept.subscribers(ITEM) == sorted(["甲", "乙"])
    assert kept.subscribers(THEME) == []


def test_they_go_with_the_consent_and_with_the_citizen(
    kept: Subscriptions, consents: Consents, engine: Engine, clock: FixedClock
) -> None:
    for citizen in ("甲", "乙", "丙"):
        kept.subscribe(citizen, ITEM, "居住证申领", "2")
    consents.put("甲", {Purpose.PUSH_WEB: False}, None)
    assert kept.subscribers(ITEM) == sorted(["乙", "丙"])
    kept.erase("乙")
    assert (kept.export("乙"), kept.subscribers(ITEM)) == ({"subscriptions": []}, ["丙"])
    clock.move_to(clock.now() + timedelta(days=366))
    purge(engine, clock, 30)
    assert kept.subscribers(ITEM) == []
