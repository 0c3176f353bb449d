"""What must not bring a worker down, or keep it healthy: handlers that hang, ends that cannot be written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from apps.worker.health import health_page
from apps.worker.loop import Loop, Pace
from apps.worker.metrics import WorkerMetrics
from core.clock import SystemClock
from core.database.engine import writing
from core.jobs.context import STUCK_S, Context
from core.jobs.leases import Leases
from core.jobs.models import State
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs
from core.jobs.running import Runner
from tests.worker.conftest import until

KIND = "test.hang"
LEASE_S = 0.6


@dataclass
class Hanging:
    """A handler that looks when it is told to, and not before; time that a test moves."""

    seconds: float = 0.0
    begun: threading.Event = field(default_factory=threading.Event)
    look: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    looked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, context: Context) -> None:
        self.begun.set()
        for _ in range(2):
            assert self.look.acquire(timeout=60)
            context.check()
            self.looked.release()


@pytest.fixture
def leases(engine: Engine) -> Leases:
    return Leases(engine, SystemClock(), lease_s=LEASE_S, pause_s=0.0)


@pytest.fixture
def number(engine: Engine) -> int:
    """A job that waits."""
    with writing(engine) as connection:
        return enqueue(connection, KIND, {}, by="li", now=SystemClock().now())


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.look.release(2)


def loop_of(leases: Leases, runner: Runner, pace: Pace | None = None) -> Loop:
    return Loop(leases, runner, (), WorkerMetrics(), threading.Event(), pace or Pace())


def test_a_handler_that_hangs_loses_its_job_and_its_worker_is_not_healthy(
    engine: Engine, leases: Leases, number: int, hanging: Hanging
) -> None:
    runner = Runner(leases, {KIND: hanging}, threading.Event(), LEASE_S, timer=lambda: hanging.seconds)
    loop = loop_of(leases, runner)
    page = health_page(lambda: loop.is_healthy)
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(loop._once)
        assert hanging.begun.wait(60)
        hanging.seconds = STUCK_S - 1
        hanging.look.release()
        assert hanging.looked.acquire(timeout=60)
        hanging.seconds += STUCK_S - 1
        assert page()[0] == 200, "it has looked since"
        hanging.seconds += 1
        assert page()[0] == 503
        until(lambda: [job.id for job in leases.sweep()] == [number], "its lease runs out")
        loop.abandon()
        job = Jobs(engine, SystemClock()).one(number)
        assert (job.state, job.attempts) == (State.QUEUED, 1), "the attempt counts"
        hanging.look.release()
        assert run.result(60)
    assert not hanging.looked.acquire(blocking=False), "its next check tells it that the job is lost"
    assert page()[0] == 200


def test_a_job_that_is_stuck_is_not_given_back_as_if_it_had_not_been_begun(
    engine: Engine, leases: Leases, number: int, hanging: Hanging
) -> None:
    runner = Runner(leases, {KIND: hanging}, threading.Event(), 60, timer=lambda: hanging.seconds)
    loop = loop_of(leases, runner)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(loop._once)
        assert hanging.begun.wait(60)
        hanging.seconds = STUCK_S
        loop.abandon()
        job = Jobs(engine, SystemClock()).one(number)
        assert (job.state, job.attempts) == (State.RUNNING, 1)
        hanging.look.release(2)


def test_a_result_that_cannot_be_written_fails_the_job_and_the_worker_goes_on(
    engine: Engine, leases: Leases, number: int
) -> None:
    results: list[Any] = [{"of": object()}, {"of": 1}]
    loop = loop_of(leases, Runner(leases, {KIND: lambda _: results.pop(0)}, threading.Event(), LEASE_S))
    assert loop._once()
    jobs = Jobs(engine, SystemClock())
    assert (jobs.one(number).state, jobs.one(number).error) == (State.FAILED, "internal")
    with writing(engine) as connection:
        following = enqueue(connection, KIND, {}, by="li", now=SystemClock().now())
    assert loop._once()
    assert jobs.one(following).state is State.DONE


def test_a_run_whose_end_cannot_be_written_at_all_is_swept_up(
    engine: Engine, leases: Leases, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> State:
        raise RuntimeError("x")

    loop = loop_of(leases, Runner(leases, {KIND: lambda _: None}, threading.Event(), LEASE_S))
    with monkeypatch.context() as patch:
        patch.setattr(leases, "finish", broken)
        patch.setattr(leases, "fail", broken)
        assert loop._once()
    assert loop.is_healthy
    jobs = Jobs(engine, SystemClock())
    assert jobs.one(number).state is State.RUNNING
    until(lambda: loop._once() and jobs.one(number).state is State.DONE, "it is swept up and done")


def test_a_worker_that_looks_seldom_is_healthy_until_it_has_missed_three_looks(
    leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr("apps.worker.loop.time", SimpleNamespace(monotonic=lambda: seconds[0]))
    loops = {
        poll_s: loop_of(leases, Runner(leases, {}, threading.Event(), LEASE_S), Pace(poll_s=poll_s))
        for poll_s in (1.0, 60.0)
    }

    def healthy(now: float) -> list[bool]:
        seconds[0] = now
        return [loop.is_healthy for loop in loops.values()]

    found = {now: healthy(now) for now in (29.0, 31.0, 179.0, 181.0)}
    assert found == {29.0: [True, True], 31.0: [False, True], 179.0: [False, True], 181.0: [False, False]}
