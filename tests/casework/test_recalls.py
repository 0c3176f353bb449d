"""Which records were changed after they had been quoted, and how often which version was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from casework.recalls import MOST_DAYS, Recalls, outdated_below, window_start
from core.answering import Aspect
from core.catalogue.models import ServiceItem, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.citizens.retention import purge
from core.clock import FixedClock
from tests.casework.recalling import City


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def city(engine: Engine, clock: FixedClock) -> City:
    """`fee` was told twice in its first version and once in its second, `place` once, `quiet` never."""
    made = City(engine, clock)
    for name, agency in (("fee", "示例市公安局"), ("place", "示例市医保局"), ("quiet", "示例市医保局")):
        made.publish("第一版。", name, title=f"标题{name}", agency=agency)
    for name, who in (("fee", "a"), ("fee", "b"), ("place", "a")):
        made.consent(who)
        made.ask(who, name=name)
        made.wait()
    made.publish("第二版。", title="标题fee", agency="示例市公安局")
    made.ask("stranger", "二版的事", aspect="fee")
    made.wait()
    return made


def listed(city: City, days: int = 30, **chosen: object) -> list[tuple[str, int]]:
    since = window_start(city.clock, days)
    records, total = Recalls(city.engine).listed(since, **chosen)  # type: ignore[arg-type]
    assert total >= len(records)
    return [(one.external_id, one.answers) for one in records]


def test_answers_are_counted_by_version_and_citizens_once(city: City) -> None:
    city.publish("第三版。", title="标题fee")
    city.ask("a")
    found = Recalls(city.engine).figures(city.outdated(48))
    assert found.versions == [(2, 1), (1, 2)]
    assert (found.answers, found.citizens) == (3, 2)
    assert Recalls(city.engine).answers(city.outdated(48)) == 3


def test_a_question_says_of_which_version_and_of_which_part_it_was(city: City) -> None:
    city.publish("第三版。", title="标题fee")
    last, *others = Recalls(city.engine).questions(city.outdated(48))
    assert (last.question, last.version, last.aspect) == ("二版的事", 2, Aspect.FEE)
    assert [(one.version, one.aspect) for one in others] == [(1, None), (1, None)]


def test_records_that_were_changed_or_withdrawn_are_listed_those_most_told_first(city: City) -> None:
    assert listed(city) == [("fee", 2)]
    city.set_status(Status.WITHDRAWN, "place")
    city.set_status(Status.WITHDRAWN, "quiet")
    assert listed(city) == [("fee", 2), ("place", 1)]
    city.set_status(Status.WITHDRAWN)
    assert listed(city) == [("fee", 3), ("place", 1)]
    city.set_status(Status.PUBLISHED)
    assert listed(city) == [("fee", 2), ("place", 1)]


def test_guides_are_listed_beside_texts_and_pages_follow_each_other(city: City, engine: Engine) -> None:
    writes, reads = CatalogueWrites(engine, city.clock), CatalogueReads(engine)
    guide = ServiceItem(external_id="guide", name="居住证办理", region="990100")
    writes.put(guide, [], Status.PUBLISHED)
    held = reads.by_external_id("item", "guide")
    assert held is not None
    for _ in range(5):
        city.tell("stranger", "怎么办", held.key, held.version)
    writes.withdraw("item", "guide")
    assert listed(city) == [("guide", 5), ("fee", 2)]
    since = window_start(city.clock, 30)
    pages = [Recalls(engine).listed(since, None, 1, skipped) for skipped in (0, 1, 2)]
    assert [([one.external_id for one in page], total) for page, total in pages] == [
        (["guide"], 2), (["fee"], 2), ([], 0),
    ]  # fmt: skip


def test_an_agency_sees_its_own(city: City) -> None:
    city.set_status(Status.WITHDRAWN, "place")
    assert listed(city, agencies=("示例市医保局", "市医保办")) == [("place", 1)]
    assert listed(city, agencies=()) == []


def test_what_was_told_earlier_than_asked_for_is_not_counted(city: City) -> None:
    assert listed(city, days=0) == [("fee", 2)]
    city.wait(24)
    assert listed(city, days=0) == []
    assert listed(city, days=1) == [("fee", 2)]


def test_the_longest_time_is_no_longer_than_it_is_known_who_wants_to_hear(city: City) -> None:
    city.clock.move_to(city.clock.now() + timedelta(days=MOST_DAYS - 1))
    purge(city.engine, city.clock, 30)
    of = city.outdated(24 * MOST_DAYS)
    assert Recalls(city.engine).figures(of).citizens == 2
    city.wait(48)
    purge(city.engine, city.clock, 30)
    assert Recalls(city.engine).figures(city.outdated(24 * (MOST_DAYS + 3))).citizens == 0


def test_every_version_of_what_is_not_public_is_outdated() -> None:
    assert (outdated_below(3, public=True), outdated_below(3, public=False)) == (3, 4)
