"""Putting jobs in, cancelling them, trying them again, forgetting them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from core.clock import FixedClock
from core.database.engine import writing
from core.errors import BadInput, Conflict, NotFound
from core.jobs.leases import Leases
from core.jobs.models import Job, State
from core.jobs.queue import cancel, enqueue, job_rule, retry
from core.jobs.reads import Jobs
from core.retention.forgetting import forget_all
from tests.core.jobs.conftest import KIND, NOW

Put = Callable[..., int]
Claim = Callable[[], Job]


def test_a_job_waits_with_its_ids_and_who_wanted_it(put: Put, jobs: Jobs) -> None:
    number = put(params={"document": "card", "parts": [1, 2]}, unique="card")
    job = jobs.one(number)
    assert (job.kind, job.params, job.state) == (KIND, {"document": "card", "parts": [1, 2]}, State.QUEUED)
    assert (job.actor, job.created, job.not_before, job.unique_key) == ("li", NOW, NOW, "card")
    assert (job.attempts, job.fence, job.lease_until, job.error, job.result) == (0, 0, None, None, None)


def test_a_job_of_a_transaction_that_fails_does_not_exist(engine: Engine, jobs: Jobs) -> None:
    def fail_afterwards() -> None:
        with writing(engine) as connection:
            enqueue(connection, KIND, {}, by="li", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_afterwards()
    assert jobs.listed() == ([], 0)


@pytest.mark.parametrize("params", [{"at": NOW}, {"text": "字" * 4000}, {"x": float("nan")}])
def test_what_is_no_plain_value_or_too_long_is_refused(put: Put, jobs: Jobs, params: Any) -> None:
    with pytest.raises(BadInput):
        put(params=params)
    assert jobs.listed() == ([], 0)


def test_of_one_key_one_job_is_open(put: Put, claim: Claim, leases: Leases, jobs: Jobs) -> None:
    first = put(unique="card")
    assert put(unique="card") == first
    assert put(unique="other") != first
    held = claim()
    assert held.id == first
    assert put(unique="card") == first, "also while it runs"
    leases.finish(held)
    again = put(unique="card")
    assert again != first
    assert jobs.listed()[1] == 3


def test_a_job_waits_for_its_hour(put: Put, leases: Leases, clock: FixedClock) -> None:
    number = put(at=NOW + timedelta(hours=1))
    assert leases.claim([KIND]) is None
    clock.move_to(NOW + timedelta(hours=1))
    held = leases.claim([KIND])
    assert held is not None
    assert held.id == number


def test_what_waits_is_cancelled_at_once_and_what_runs_is_told(
    put: Put, claim: Claim, leases: Leases, jobs: Jobs, engine: Engine
) -> None:
    running, waiting = put(), put()
    held = claim()
    with writing(engine) as connection:
        assert cancel(connection, waiting, NOW).state is State.CANCELLED
        assert cancel(connection, running, NOW).state is State.RUNNING
    assert leases.is_cancelled(held)
    assert leases.end_cancelled(held) is State.CANCELLED
    assert jobs.one(running).finished == NOW
    for number in (running, waiting):
        with pytest.raises(Conflict), writing(engine) as connection:
            cancel(connection, number, NOW)
    with pytest.raises(NotFound), writing(engine) as connection:
        cancel(connection, 999, NOW)


def test_what_ended_badly_is_tried_again_from_where_it_stood(
    put: Put, claim: Claim, leases: Leases, jobs: Jobs, engine: Engine
) -> None:
    number = put()
    held = claim()
    with writing(engine) as connection:
        leases.note(connection, held, 3, 9, "第三份")
    leases.fail(held, BadInput("x", public_message="不能用。"), for_good=True)
    assert (jobs.one(number).state, jobs.one(number).message) == (State.FAILED, "不能用。")
    with writing(engine) as connection:
        fresh = retry(connection, number, NOW)
    assert (fresh.state, fresh.attempts, fresh.done, fresh.total) == (State.QUEUED, 0, 3, 9)
    assert (fresh.error, fresh.message, fresh.finished) == (None, None, None)
    assert claim().fence == held.fence + 1
    with pytest.raises(Conflict), writing(engine) as connection:
        retry(connection, number, NOW)


def test_it_is_not_tried_again_beside_another_of_its_key(put: Put, engine: Engine, jobs: Jobs) -> None:
    old = put(unique="card")
    with writing(engine) as connection:
        cancel(connection, old, NOW)
    new = put(unique="card")
    with pytest.raises(Conflict, match="another one"), writing(engine) as connection:
        retry(connection, old, NOW)
    assert (jobs.one(old).state, jobs.one(new).state) == (State.CANCELLED, State.QUEUED)


def test_what_ended_long_ago_is_forgotten_and_nothing_else(
    put: Put, claim: Claim, leases: Leases, jobs: Jobs, engine: Engine, clock: FixedClock
) -> None:
    put()
    leases.finish(claim())
    open_one = put(at=NOW + timedelta(days=90))
    clock.move_to(NOW + timedelta(days=29))
    assert forget_all(engine, [job_rule(30)], clock.now()) == {"jobs": 0}
    clock.move_to(NOW + timedelta(days=31))
    assert forget_all(engine, [job_rule(30)], clock.now()) == {"jobs": 1}
    assert [one.id for one in jobs.listed()[0]] == [open_one]


def test_jobs_are_listed_by_state_newest_first(put: Put, claim: Claim, leases: Leases, jobs: Jobs) -> None:
    numbers = [put() for _ in range(5)]
    leases.finish(claim())
    assert [one.id for one in jobs.listed()[0]] == numbers[::-1]
    found, total = jobs.listed(State.QUEUED, limit=2, offset=1)
    assert ([one.id for one in found], total) == ([numbers[3], numbers[2]], 4)
    assert jobs.listed(State.DONE)[1] == 1
    assert jobs.listed(kind="other") == ([], 0)
    assert jobs.counts() == {
        State.QUEUED: 4, State.RUNNING: 0, State.DONE: 1, State.FAILED: 0, State.CANCELLED: 0,
    }  # fmt: skip
    with pytest.raises(NotFound):
        jobs.one(999)


def test_how_long_the_most_overdue_job_waits(put: Put, jobs: Jobs, clock: FixedClock) -> None:
    assert jobs.waiting() == timedelta()
    put(at=NOW + timedelta(minutes=5))
    put()
    clock.move_to(NOW + timedelta(minutes=2))
    assert jobs.waiting() == timedelta(minutes=2)
