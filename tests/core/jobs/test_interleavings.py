"""Any order of claims, crashes, sweeps and late writes: one holder of a fence, true ends, nothing twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, text

from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import Conflict, Unavailable
from core.jobs.context import Context
from core.jobs.leases import Leases
from core.jobs.models import ENDED, Interrupted, Job, State
from core.jobs.queue import cancel, enqueue, retry
from core.jobs.reads import Jobs
from core.jobs.tables import job
from tests.core.jobs.conftest import KIND, NOW

PARTS = 3
ACTS = ("put", "claim", "claim", "step", "step", "step", "crash", "late", "sweep", "wait", "cancel", "retry")
LATE = ("step", "fail", "give_back", "cancelled")


@pytest.fixture
def ledger(engine: Engine) -> Iterator[None]:
    """A table without any constraint: it shows what was done twice."""
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE worked (job INTEGER, part INTEGER, fence INTEGER)"))
    yield
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE worked"))


class City:
    """Some workers over one table, moved by a test; who crashed still writes late."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = FixedClock(NOW)
        self.leases = Leases(engine, self.clock, lease_s=60)
        self.jobs = Jobs(engine, self.clock)
        self.holding: list[Job] = []
        self.crashed: list[Job] = []
        self.claims: Counter[tuple[int, int]] = Counter()
        with writing(engine) as connection:
            connection.execute(delete(job))
            connection.execute(text("DELETE FROM worked"))

    def put(self, _: int) -> None:
        with writing(self.engine) as connection:
            enqueue(connection, KIND, {}, by="li", now=self.clock.now(), most_attempts=3)

    def claim(self, _: int) -> None:
        held = self.leases.claim([KIND])
        if held is not None:
            self.claims[held.id, held.fence] += 1
            self.holding.append(held)

    def step(self, number: int) -> None:
        """The next part of somebody's job, or its end."""
        if self.holding:
            held = self.holding[number % len(self.holding)]
            if not self._advance(held):
                self.holding.remove(held)

    def crash(self, number: int) -> None:
        if self.holding:
            self.crashed.append(self.holding.pop(number % len(self.holding)))

    def late(self, number: int) -> None:
        """Who was thought dead goes on, whatever became of the job."""
        if self.crashed:
            held = self.crashed[number % len(self.crashed)]
            self._advance(held, LATE[number % len(LATE)])

    def sweep(self, _: int) -> None:
        self.leases.sweep()

    def wait(self, number: int) -> None:
        self.clock.move_to(self.clock.now() + timedelta(seconds=(7, 40, 61, 400)[number % 4]))

    def cancel(self, number: int) -> None:
        self._change(cancel, number)

    def retry(self, number: int) -> None:
        self._change(retry, number)

    def _change(self, act, number: int) -> None:  # type: ignore[no-untyped-def]
        found, _ = self.jobs.listed()
        if found:
            try:
                with writing(self.engine) as connection:
                    act(connection, found[number % len(found)].id, self.clock.now())
            except Conflict:
                return

    def _advance(self, held: Job, how: str = "step") -> bool:
        """Whether it goes on. It looks where the work stands, as a handler does that begins."""
        stood = self.jobs.one(held.id)
        try:
            goes_on = self._write(held, stood.done, how)
        except Interrupted:
            return False
        assert (stood.fence, stood.state) == (held.fence, State.RUNNING), "a former holder wrote"
        return goes_on

    def _write(self, held: Job, done: int, how: str) -> bool:
        if how == "fail":
            self.leases.fail(held, Unavailable("x"), for_good=False)
        elif how == "give_back":
            self.leases.give_back(held)
        elif how == "cancelled" or self.leases.is_cancelled(held):
            self.leases.end_cancelled(held)
        elif done == PARTS:
            self.leases.finish(held)
        else:
            self._work(held, done + 1)
            return True
        return False

    def _work(self, held: Job, part: int) -> None:
        with Context(self.leases, held, threading.Event()).step(part, PARTS) as connection:
            connection.execute(
                text("INSERT INTO worked VALUES (:job, :part, :fence)"),
                {"job": held.id, "part": part, "fence": held.fence},
            )

    def come_to_rest(self) -> None:
        """Everybody crashes; then one healthy worker is left alone for long enough."""
        while self.holding:
            self.crash(0)
        while any(self.jobs.counts()[state] for state in (State.QUEUED, State.RUNNING)):
            self.wait(3)
            self.sweep(0)
            self.claim(0)
            while self.holding:
                self.step(0)

    def examine(self) -> None:
        assert set(self.claims.values()) <= {1}, "two holders of one fence"
        with reading(self.engine) as connection:
            rows = connection.execute(text("SELECT job, part FROM worked")).all()
        done = Counter((row.job, row.part) for row in rows)
        assert set(done.values()) <= {1}, "done twice"
        for one in self.jobs.listed(limit=1000)[0]:
            parts = {part for number, part in done if number == one.id}
            assert parts == set(range(1, one.done + 1)), "what is said to be done is done"
            assert (one.lease_until is not None) == (one.state is State.RUNNING)
            assert (one.finished is not None) == (one.state in ENDED)
            assert one.state is not State.DONE or one.done == PARTS
            assert one.attempts <= one.most_attempts


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # To make a failing order shorter would take minutes over a real database.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11)), min_size=10, max_size=60))
def test_whatever_happens_in_whatever_order(
    engine: Engine, ledger: None, acts: list[tuple[str, int]]
) -> None:
    city = City(engine)
    for name, number in [("put", 0), ("put", 1), *acts]:
        getattr(city, name)(number)
    city.examine()
    city.come_to_rest()
    city.examine()
    assert [one.state for one in city.jobs.listed(limit=1000)[0] if one.state.is_open] == []


def test_workers_that_stall_and_wake_again_do_nothing_twice(engine: Engine, ledger: None) -> None:
    """Real threads over a real clock: each stalls past its lease now and then, and writes afterwards."""
    import random
    import time

    from core.clock import SystemClock

    city = City(engine)
    city.clock = SystemClock()  # type: ignore[assignment]
    for _ in range(6):
        with writing(engine) as connection:
            enqueue(connection, KIND, {}, by="li", now=city.clock.now(), most_attempts=10_000)

    def work(seed: int) -> None:
        chance = random.Random(seed)
        leases = Leases(engine, city.clock, lease_s=0.05, pause_s=0.0)
        end = time.monotonic() + 60
        while any(city.jobs.counts()[state] for state in (State.QUEUED, State.RUNNING)):
            assert time.monotonic() < end
            leases.sweep()
            held = leases.claim([KIND])
            if held is None:
                time.sleep(0.005)
                continue
            try:
                for part in range(held.done + 1, PARTS + 1):
                    time.sleep(chance.choice((0, 0, 0.01, 0.12)))
                    city._work(held, part)
                leases.finish(held)
            except Interrupted:
                continue

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    city.examine()
    assert city.jobs.counts()[State.DONE] == 6
