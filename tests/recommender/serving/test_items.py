"""The published items as they are followed, on each database there is."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, update

from core.catalogue.models import Material, Outcome, Region, ServiceItem, Status
from core.catalogue.rules import Leaf
from core.catalogue.tables import catalogue_state, service_item
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.errors import Unavailable
from recommender.serving import items as module
from recommender.serving.items import PublishedItems

NOW, TODAY = datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2)
GUIDE = ServiceItem(
    external_id="jzz", name="居住证申领", agency="公安局", region="990100", theme="户籍", audience=["个人"],
    life_events=["租房"], aliases=["暂住证"], question_variants=["居住证怎么办"],
    eligibility={"fact": "age", "op": "ge", "value": 16}, effective_to=date(2026, 3, 2),
    materials=[Material(name="身份证")], result=Outcome(name="居住证"),
)  # fmt: skip


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def writes(engine: Engine) -> CatalogueWrites:
    return CatalogueWrites(engine, FixedClock(NOW))


@pytest.fixture
def followed(engine: Engine) -> PublishedItems:
    return PublishedItems(engine, polled_s=0)


def names(followed: PublishedItems) -> set[str]:
    """External ids of what is published."""
    return {item.external_id for item in followed.all().values()}


def test_what_a_guide_says_is_in_its_traits(writes: CatalogueWrites, followed: PublishedItems) -> None:
    number = writes.put(GUIDE, [], Status.PUBLISHED).key.id
    item = followed.all()[number]
    assert (item.id, item.external_id, item.name) == (number, "jzz", "居住证申领")
    assert (item.region, item.agency, item.theme) == ("990100", "公安局", "户籍")
    assert (item.audience, item.life_events, item.sensitive) == (("个人",), ("租房",), False)
    assert (item.rule, item.since) == (Leaf("age", "ge", 16), NOW)
    assert (item.importance, item.gives, item.needs) == (2, ("居住证",), ("身份证",))
    assert (item.valid_from, item.valid_to, item.url) == (None, date(2026, 3, 2), f"/api/items/{number}")


def test_changes_are_followed_as_they_are_made(writes: CatalogueWrites, followed: PublishedItems) -> None:
    assert names(followed) == set()
    writes.put(GUIDE, [], Status.DRAFT)
    assert names(followed) == set()
    writes.set_status("item", "jzz", Status.PUBLISHED)
    writes.put(replace(GUIDE, external_id="qz"), [], Status.PUBLISHED)
    assert names(followed) == {"jzz", "qz"}
    writes.put(replace(GUIDE, theme="证件"), [], None)
    assert {item.theme for item in followed.all().values()} == {"证件", "户籍"}
    writes.withdraw("item", "jzz")
    assert names(followed) == {"qz"}
    writes.delete("item", "qz")
    assert names(followed) == set()


def test_nothing_is_read_again_while_nothing_changes(
    writes: CatalogueWrites, followed: PublishedItems
) -> None:
    writes.put(GUIDE, [], Status.PUBLISHED)
    first = followed.all()
    assert followed.all() is first
    writes.put_region(Region(code="990101", name="东区"))
    assert followed.all() is first
    assert followed.region_name("990101") == "东区"
    assert followed.region_name("990109") is None


def test_it_is_asked_for_changes_once_a_second(writes: CatalogueWrites, engine: Engine) -> None:
    seconds = Seconds()
    followed = PublishedItems(engine, clock=seconds)
    assert names(followed) == set()
    writes.put(GUIDE, [], Status.PUBLISHED)
    seconds.now = module.POLLED_S / 2
    assert names(followed) == set()
    seconds.now = 1.0
    assert names(followed) == {"jzz"}


def test_another_catalogue_is_read_anew(
    writes: CatalogueWrites, followed: PublishedItems, engine: Engine
) -> None:
    writes.put(GUIDE, [], Status.PUBLISHED)
    assert names(followed) == {"jzz"}
    with engine.begin() as connection:
        # As after a restore: other rows, under another epoch, without a new revision of any record.
        connection.execute(update(service_item).values(external_id="other"))
        connection.execute(update(catalogue_state).values(epoch="e" * 36))
    assert names(followed) == {"other"}


def test_a_malformed_rule_is_logged_and_counts_as_none(
    writes: CatalogueWrites, followed: PublishedItems, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(GUIDE, eligibility={"fact": "age", "op": "about", "value": 3})
    with caplog.at_level(logging.WARNING):
        writes.put(broken, [], Status.PUBLISHED)
        (item,) = followed.all().values()
    assert item.rule is None
    assert [record.__dict__["item"] for record in caplog.records] == ["jzz"]


def test_what_may_be_shown_is_asked_of_the_database(
    writes: CatalogueWrites, followed: PublishedItems
) -> None:
    guides = [GUIDE, replace(GUIDE, external_id="e", region="990101"), replace(GUIDE, external_id="d")]
    city, east, gone = (writes.put(guide, [], Status.PUBLISHED).key.id for guide in guides)
    items = list(followed.all().values())
    writes.withdraw("item", "d")
    assert followed.shown(items, "990102", TODAY) == {city}
    assert followed.shown(items, None, TODAY) == {city, east}
    assert followed.shown(items, "990101", date(2026, 3, 3)) == frozenset()
    assert gone in {item.id for item in items}


@pytest.mark.parametrize("changed", [False, True])
def test_of_an_unchanged_catalogue_the_same_is_shown_as_of_one_that_was_changed_elsewhere(
    writes: CatalogueWrites, followed: PublishedItems, changed: bool
) -> None:
    begins, ends = date(2026, 1, 2), date(2026, 3, 2)
    guides = [
        GUIDE,
        replace(GUIDE, external_id="e", region="990101"),
        replace(GUIDE, external_id="d", effective_from=begins, effective_to=ends),
    ]
    guides.append(replace(GUIDE, external_id="s", sensitive=True))
    numbers = [writes.put(guide, [], Status.PUBLISHED).key.id for guide in guides]
    known = followed.all()
    items, (city, east, spring, _) = [known[number] for number in numbers], numbers
    if changed:
        writes.put(replace(GUIDE, external_id="other"), [], Status.PUBLISHED)
    for day in (date(2026, 1, 1), date(2026, 1, 2), date(2026, 3, 2), date(2026, 3, 3)):
        in_force = {
            item.id
            for item in items
            if (item.valid_from is None or item.valid_from <= day)
            and (item.valid_to is None or day <= item.valid_to)
        }
        assert followed.shown(items, None, day) == in_force & {city, east, spring}
        assert followed.shown(items, "990102", day) == in_force & {city, spring}
        assert followed.shown(items, "990101", day) == in_force & {city, east, spring}


def test_what_became_sensitive_or_another_is_not_shown_as_it_was_read(
    writes: CatalogueWrites, engine: Engine
) -> None:
    seconds = Seconds()
    followed = PublishedItems(engine, clock=seconds)
    number = writes.put(GUIDE, [], Status.PUBLISHED).key.id
    before = followed.all()
    writes.put(replace(GUIDE, theme="证件"), [], None)
    assert followed.all() is before
    assert followed.shown([before[number]], None, TODAY) == frozenset()
    # No second has passed, yet it is read again.
    after = followed.all()
    assert after[number].theme == "证件"
    assert followed.shown([after[number]], None, TODAY) == {number}
    writes.put(replace(GUIDE, sensitive=True), [], None)
    assert followed.shown([after[number]], None, TODAY) == frozenset()
    sensitive = followed.all()[number]
    assert sensitive.sensitive
    assert followed.shown([sensitive], None, TODAY) == frozenset()


def test_a_newer_version_does_not_make_an_item_new(engine: Engine, followed: PublishedItems) -> None:
    number = CatalogueWrites(engine, FixedClock(NOW)).put(GUIDE, [], Status.PUBLISHED).key.id
    later = CatalogueWrites(engine, FixedClock(NOW.replace(year=2027)))
    later.put(replace(GUIDE, theme="证件", effective_to=None), [], None)
    assert followed.all()[number].since == NOW


def no_database(*_: object) -> None:
    """Stands for a database that does not answer."""
    raise Unavailable("the database does not answer")


def test_without_the_database_what_was_read_last_holds(
    writes: CatalogueWrites, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, never = PublishedItems(engine, polled_s=0), PublishedItems(engine, polled_s=0)
    writes.put(GUIDE, [], Status.PUBLISHED)
    assert names(known) == {"jzz"}
    monkeypatch.setattr(module, "reading", no_database)
    assert names(known) == {"jzz"}
    with pytest.raises(Unavailable):
        never.all()
    monkeypatch.undo()
    assert names(never) == {"jzz"}
