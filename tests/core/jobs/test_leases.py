"""Who holds a job: one at a time, and nobody writes for a job that is not theirs any more."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from core.clock import FixedClock
from core.database.engine import writing
from core.errors import BadInput, Unavailable
from core.jobs.context import Context
from core.jobs.leases import RESTORED_FENCES, Leases, release_all
from core.jobs.models import Cancelled, Job, LeaseLost, State, Stopped
from core.jobs.queue import cancel
from core.jobs.reads import Jobs
from core.jobs.tables import job
from tests.core.jobs.conftest import KIND, NOW

Put = Callable[..., int]
Claim = Callable[[], Job]


def test_the_job_that_waited_longest_is_claimed_first(put: Put, claim: Claim, clock: FixedClock) -> None:
    late = put(at=NOW - timedelta(seconds=1))
    soon = put(at=NOW - timedelta(hours=1))
    held = claim()
    assert (held.id, held.state, held.fence, held.attempts) == (soon, State.RUNNING, 1, 1)
    assert (held.started, held.lease_until) == (NOW, NOW + timedelta(seconds=60))
    assert claim().id == late


def test_a_kind_that_a_worker_does_not_know_waits_for_one_that_does(put: Put, leases: Leases) -> None:
    put("test.other")
    assert leases.claim([KIND]) is None
    assert leases.claim([KIND, "test.other"]) is not None


def test_workers_at_once_claim_each_job_once(put: Put, engine: Engine, clock: FixedClock) -> None:
    numbers = {put() for _ in range(40)}
    claimed: list[tuple[int, int]] = []

    def work() -> None:
        leases = Leases(engine, clock)
        while held := leases.claim([KIND]):
            claimed.append((held.id, held.fence))
            leases.finish(held)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Counter(claimed) == Counter({(number, 1): 1 for number in numbers})


def test_a_sign_of_life_keeps_a_job(put: Put, claim: Claim, leases: Leases, clock: FixedClock) -> None:
    put()
    held = claim()
    for minute in (1, 2, 3):
        clock.move_to(NOW + timedelta(seconds=50 * minute))
        leases.extend(held)
        assert leases.sweep() == []
    clock.move_to(clock.now() + timedelta(seconds=61))
    assert [one.id for one in leases.sweep()] == [held.id]


def test_what_nobody_gives_a_sign_of_goes_on_elsewhere_after_a_pause(
    put: Put, claim: Claim, leases: Leases, clock: FixedClock, jobs: Jobs
) -> None:
    number = put()
    claim()
    clock.move_to(NOW + timedelta(seconds=61))
    (swept,) = leases.sweep()
    assert (swept.state, swept.attempts, swept.error) == (State.QUEUED, 1, "lease_lost")
    assert leases.claim([KIND]) is None
    clock.move_to(clock.now() + timedelta(seconds=5))
    held = claim()
    assert (held.id, held.fence, held.attempts) == (number, 2, 2)
    leases.finish(held)
    assert (jobs.one(number).state, jobs.one(number).error) == (State.DONE, None)


def test_what_is_lost_each_time_has_failed(put: Put, leases: Leases, clock: FixedClock, jobs: Jobs) -> None:
    number = put(most_attempts=3)
    for _ in range(3):
        assert leases.claim([KIND]) is not None
        clock.move_to(clock.now() + timedelta(minutes=10))
        leases.sweep()
        clock.move_to(clock.now() + timedelta(minutes=10))
    lost = jobs.one(number)
    assert (lost.state, lost.attempts, lost.error) == (State.FAILED, 3, "lease_lost")
    assert lost.finished is not None
    assert leases.claim([KIND]) is None


def test_what_is_lost_while_somebody_wants_it_to_end_has_ended(
    put: Put, claim: Claim, leases: Leases, clock: FixedClock, engine: Engine
) -> None:
    number = put()
    claim()
    with writing(engine) as connection:
        cancel(connection, number, NOW)
    clock.move_to(NOW + timedelta(minutes=2))
    assert [one.state for one in leases.sweep()] == [State.CANCELLED]


def test_a_former_holder_writes_nothing(
    put: Put, claim: Claim, leases: Leases, clock: FixedClock, jobs: Jobs, engine: Engine
) -> None:
    number = put()
    stale = claim()
    clock.move_to(NOW + timedelta(minutes=2))
    leases.sweep()
    clock.move_to(NOW + timedelta(minutes=3))
    held = claim()
    before = jobs.one(number)
    late: list[Callable[[], object]] = [
        lambda: leases.extend(stale),
        lambda: leases.finish(stale, {"n": 1}),
        lambda: leases.fail(stale, BadInput("x"), for_good=True),
        lambda: leases.fail(stale, Unavailable("x"), for_good=False),
        lambda: leases.end_cancelled(stale),
        lambda: leases.give_back(stale),
        lambda: leases.is_cancelled(stale),
        lambda: Context(leases, stale, threading.Event()).progress(1, 2),
    ]
    for write in late:
        with pytest.raises(LeaseLost):
            write()
        assert jobs.one(number) == before
    leases.finish(held)
    with pytest.raises(LeaseLost):
        leases.extend(held)


def test_what_a_former_holder_did_in_its_step_is_not_kept(
    put: Put, claim: Claim, leases: Leases, clock: FixedClock, jobs: Jobs
) -> None:
    put()
    stale = Context(leases, claim(), threading.Event())
    clock.move_to(NOW + timedelta(minutes=2))
    leases.sweep()
    with pytest.raises(LeaseLost), stale.step(1, 2):
        pytest.fail("it does not even begin")
    assert jobs.listed()[0][0].done == 0


def test_a_step_is_kept_with_its_work_or_not_at_all(
    put: Put, claim: Claim, leases: Leases, jobs: Jobs
) -> None:
    number = put()
    context = Context(leases, claim(), threading.Event())
    with context.step(1, 3, "第一份") as connection:
        connection.execute(update(job).where(job.c.id == number).values(actor="x"))
    with pytest.raises(RuntimeError), context.step(2, 3, "第二份"):
        raise RuntimeError
    found = jobs.one(number)
    assert (found.done, found.total, found.note, found.actor) == (1, 3, "第一份", "x")


def test_what_goes_wrong_waits_ever_longer_and_fails_in_the_end(
    put: Put, leases: Leases, clock: FixedClock, jobs: Jobs
) -> None:
    number = put(most_attempts=4)
    waited = []
    for _ in range(3):
        held = leases.claim([KIND])
        assert held is not None
        assert leases.fail(held, Unavailable("x"), for_good=False) is State.QUEUED
        waited.append((jobs.one(number).not_before - clock.now()).total_seconds())
        clock.move_to(jobs.one(number).not_before)
    assert waited == [5, 10, 20]
    held = leases.claim([KIND])
    assert held is not None
    assert leases.fail(held, RuntimeError("a secret"), for_good=False) is State.FAILED
    failed = jobs.one(number)
    assert (failed.error, failed.finished) == ("internal", clock.now())
    assert "secret" not in str(failed)


def test_a_job_that_is_given_back_has_not_been_tried(
    put: Put, claim: Claim, leases: Leases, jobs: Jobs, engine: Engine
) -> None:
    number = put()
    assert leases.give_back(claim()) is State.QUEUED
    assert (jobs.one(number).attempts, jobs.one(number).lease_until) == (0, None)
    again = claim()
    assert (again.fence, again.attempts) == (2, 1)
    with writing(engine) as connection:
        cancel(connection, number, NOW)
    assert leases.give_back(again) is State.CANCELLED
    assert jobs.one(number).finished == NOW


def test_a_handler_is_told_to_end(put: Put, claim: Claim, leases: Leases, engine: Engine) -> None:
    number = put()
    stopping, seconds = threading.Event(), [0.0]
    context = Context(leases, claim(), stopping, timer=lambda: seconds[0])
    context.check()
    with writing(engine) as connection:
        cancel(connection, number, NOW)
    context.check()
    seconds[0] = 1.0
    with pytest.raises(Cancelled):
        context.check()
    stopping.set()
    with pytest.raises(Stopped):
        context.check()
    context.lose()
    with pytest.raises(LeaseLost):
        context.check()


def test_in_a_database_that_is_put_back_nobody_holds_a_job(
    put: Put, claim: Claim, leases: Leases, jobs: Jobs, engine: Engine
) -> None:
    number = put()
    held = claim()
    with writing(engine) as connection:
        release_all(connection)
    assert jobs.one(number).state is State.QUEUED
    with pytest.raises(LeaseLost):
        leases.finish(held)
    assert claim().fence == held.fence + RESTORED_FENCES + 1


def test_a_run_that_came_further_is_a_first_attempt_and_one_that_stands_still_is_not(
    put: Put, leases: Leases, clock: FixedClock, jobs: Jobs, engine: Engine
) -> None:
    number = put(most_attempts=3)
    for done in (1, 2, 3, 4, 4, 4):
        held = leases.claim([KIND])
        assert held is not None
        with writing(engine) as connection:
            leases.note(connection, held, done, 9)
        clock.move_to(clock.now() + timedelta(minutes=10))
        leases.sweep()
        clock.move_to(clock.now() + timedelta(minutes=10))
    lost = jobs.one(number)
    assert (lost.state, lost.done, lost.attempts) == (State.FAILED, 4, 3)


def test_what_goes_wrong_further_on_waits_no_longer_than_at_first(
    put: Put, leases: Leases, clock: FixedClock, jobs: Jobs, engine: Engine
) -> None:
    number = put(most_attempts=2)
    for done in (1, 2, 3):
        held = leases.claim([KIND])
        assert held is not None
        with writing(engine) as connection:
            leases.note(connection, held, done, 9)
        assert leases.fail(held, Unavailable("x"), for_good=False) is State.QUEUED
        assert jobs.one(number).not_before - clock.now() == timedelta(seconds=5)
        clock.move_to(jobs.one(number).not_before)
    held = leases.claim([KIND])
    assert held is not None
    with writing(engine) as connection:
        leases.note(connection, held, 4, 9)
    assert leases.give_back(held) is State.QUEUED
    assert jobs.one(number).attempts == 0
