"""What is done regularly is put in once for each time, and once for all that was missed."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from core.clock import SHANGHAI, FixedClock
from core.database.engine import reading, writing
from core.jobs.leases import Leases
from core.jobs.reads import Jobs
from core.jobs.schedules import Schedule, Schedules, planned
from core.jobs.tables import schedule
from tests.core.jobs.conftest import KIND, NOW

HOURLY = Schedule("hourly", KIND, every_s=3600)
NIGHTLY = Schedule("nightly", "test.night", daily_at="03:30")


def schedules(engine: Engine, clock: FixedClock, *known: Schedule) -> Schedules:
    made = Schedules(engine, clock, SHANGHAI, known or (HOURLY,))
    made.prepare()
    return made


def work_off(leases: Leases) -> int:
    number = 0
    while held := leases.claim([KIND, "test.night"]):
        leases.finish(held)
        number += 1
    return number


def test_a_new_schedule_is_due_at_once_and_then_each_time(
    engine: Engine, clock: FixedClock, leases: Leases
) -> None:
    made = schedules(engine, clock)
    assert len(made.put_in()) == 1
    assert made.put_in() == []
    assert work_off(leases) == 1
    clock.move_to(NOW + timedelta(minutes=59))
    assert made.put_in() == []
    clock.move_to(NOW + timedelta(minutes=60))
    assert len(made.put_in()) == 1


def test_what_was_missed_is_made_up_for_once(engine: Engine, clock: FixedClock, leases: Leases) -> None:
    made = schedules(engine, clock)
    made.put_in()
    work_off(leases)
    clock.move_to(NOW + timedelta(days=3, minutes=7))
    assert len(made.put_in()) == 1
    work_off(leases)
    assert made.put_in() == []
    clock.move_to(clock.now() + timedelta(minutes=59))
    assert made.put_in() == []


def test_a_job_that_still_runs_is_not_joined_by_a_second(
    engine: Engine, clock: FixedClock, jobs: Jobs, leases: Leases
) -> None:
    made = schedules(engine, clock)
    (first,) = made.put_in()
    clock.move_to(NOW + timedelta(hours=2))
    assert made.put_in() == [first]
    assert jobs.listed()[1] == 1


def test_several_workers_put_in_one_job(engine: Engine, clock: FixedClock, jobs: Jobs) -> None:
    made = [schedules(engine, clock) for _ in range(3)]
    threads = [threading.Thread(target=one.put_in) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jobs.listed()[1] == 1


def test_a_clock_that_was_ahead_once_holds_nothing_up(
    engine: Engine, clock: FixedClock, leases: Leases
) -> None:
    clock.move_to(NOW + timedelta(days=3650))
    made = schedules(engine, clock, HOURLY, NIGHTLY)
    assert len(made.put_in()) == 2
    work_off(leases)
    clock.move_to(NOW)
    assert len(made.put_in()) == 2
    work_off(leases)
    with reading(engine) as connection:
        assert {one.schedule.name: one.next_at for one in planned(connection)} == {
            "hourly": HOURLY.after(NOW, SHANGHAI), "nightly": NIGHTLY.after(NOW, SHANGHAI),
        }  # fmt: skip
    clock.move_to(NOW - timedelta(seconds=50))
    assert made.put_in() == [], "another worker's clock is a little behind"


def test_workers_that_are_started_at_once_make_one_row(engine: Engine, clock: FixedClock) -> None:
    made = Schedules(engine, clock, SHANGHAI, [HOURLY])
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as connection:
            first = {"name": "hourly", "kind": KIND, "every_s": 3600, "next_at": NOW}
            connection.execute(insert(schedule).values(**first))
            second = pool.submit(made.prepare)
            # Long enough for it to have seen that there is no row, and to wait for this one.
            time.sleep(0.5)
        second.result(60)
    with reading(engine) as connection:
        assert [one.schedule for one in planned(connection)] == [HOURLY]


@pytest.mark.parametrize(
    ("now", "following"),
    [
        # 03:29 and 03:30 in Shanghai.
        (datetime(2026, 3, 1, 19, 29, tzinfo=UTC), datetime(2026, 3, 1, 19, 30, tzinfo=UTC)),
        (datetime(2026, 3, 1, 19, 30, tzinfo=UTC), datetime(2026, 3, 2, 19, 30, tzinfo=UTC)),
        (datetime(2026, 3, 2, 5, 0, tzinfo=UTC), datetime(2026, 3, 2, 19, 30, tzinfo=UTC)),
    ],
)
def test_a_daily_time_is_one_of_the_city_s_clock(now: datetime, following: datetime) -> None:
    assert NIGHTLY.after(now, SHANGHAI) == following


def test_another_version_s_schedules_go_and_changed_ones_follow_the_new_rhythm(
    engine: Engine, clock: FixedClock
) -> None:
    schedules(engine, clock, HOURLY, NIGHTLY).put_in()
    schedules(engine, clock, Schedule("hourly", KIND, every_s=60))
    with reading(engine) as connection:
        (one,) = planned(connection)
    assert (one.schedule.name, one.schedule.every_s) == ("hourly", 60)
    assert one.next_at == NOW + timedelta(seconds=60)
    schedules(engine, clock, Schedule("hourly", KIND, every_s=60))
    with reading(engine) as connection:
        assert planned(connection) == [one], "starting again changes nothing"


def test_a_schedule_is_one_or_the_other() -> None:
    for given in ({}, {"every_s": 1, "daily_at": "03:30"}):
        with pytest.raises(ValueError, match="either"):
            Schedule("x", KIND, **given)  # type: ignore[arg-type]
