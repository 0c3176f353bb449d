"""The worker counts figures: a job when the log has gone on, several for many days, and none otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from apps.worker.figures import ENDS_AFTER_S, LOOKED_EVERY_S, FigureCounting
from core.clock import SHANGHAI, FixedClock
from core.database.engine import reading
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.reads import Jobs
from insight.keeping import Counted, FigureKeeper
from insight.tables import figure_day, figure_turn
from tests.insight.conftest import NOW, Log
from tests.worker.test_grouping import Ticks, waiting
from tests.worker.working import work_off


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


def looked(counting: FigureCounting, ticks: Ticks) -> None:
    ticks.now += LOOKED_EVERY_S
    counting.put_in_due()


def test_what_is_asked_is_counted_by_a_job(engine: Engine, clock: FixedClock) -> None:
    ticks, log = Ticks(), Log(engine)
    counting = FigureCounting(engine, clock, FigureKeeper(engine, clock, SHANGHAI), ticks)
    looked(counting, ticks)
    assert waiting(engine, clock) == 0
    for back in range(3):
        log.turn(NOW - timedelta(days=back))
    # Not looked at again so soon.
    counting.put_in_due()
    assert waiting(engine, clock) == 0
    for _ in range(3):
        looked(counting, ticks)
    assert waiting(engine, clock) == 1
    assert work_off(engine, clock, {Kind.FIGURES: counting}) == [State.DONE]
    (job,), _ = Jobs(engine, clock).listed()
    assert (job.result, job.done, job.total) == ({"days": 3}, 3, 3)
    looked(counting, ticks)
    assert waiting(engine, clock) == 0


def test_many_days_are_counted_by_several_jobs_the_latest_first(engine: Engine, clock: FixedClock) -> None:
    ticks, log = Ticks(), Log(engine)

    class Slow(FigureKeeper):
        def count(self, day: object) -> Counted:
            ticks.now += ENDS_AFTER_S / 4
            return super().count(day)  # type: ignore[arg-type]

    counting = FigureCounting(engine, clock, Slow(engine, clock, SHANGHAI), ticks)
    for back in range(12):
        log.turn(NOW - timedelta(days=back))
    looked(counting, ticks)
    sizes = []
    while waiting(engine, clock):
        assert work_off(engine, clock, {Kind.FIGURES: counting}) == [State.DONE]
        with reading(engine) as connection:
            days = sorted(connection.execute(select(figure_day.c.day)).scalars(), reverse=True)
        assert days == [days[0] - timedelta(days=back) for back in range(len(days))]
        sizes.append(len(days))
        looked(counting, ticks)
    assert len(sizes) > 2
    assert sizes[-1] == 12


def test_a_job_that_breaks_leaves_whole_days(engine: Engine, clock: FixedClock) -> None:
    log = Log(engine)
    for back in range(4):
        log.turn(NOW - timedelta(days=back))

    class Broken(FigureKeeper):
        def keep(self, connection: object, counted: Counted) -> bool:
            done = super().keep(connection, counted)  # type: ignore[arg-type]
            if counted.day < clock.today() - timedelta(days=1):
                raise RuntimeError("no more")
            return done

    counting = FigureCounting(engine, clock, Broken(engine, clock, SHANGHAI))
    counting.put_in_due()
    assert work_off(engine, clock, {Kind.FIGURES: counting}) == [State.QUEUED]
    with reading(engine) as connection:
        kept = {row.day: row.turns for row in connection.execute(figure_day.select())}
        rows = [row.day for row in connection.execute(figure_turn.select())]
    assert kept == dict.fromkeys(sorted(rows), 1)
    assert len(kept) == 2
