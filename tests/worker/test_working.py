"""A worker with and without Redis, told to stop, asked how it does."""

from __future__ import annotations

import signal
import time

import pytest

from core.database.engine import writing
from core.jobs.models import State
from core.jobs.queue import cancel
from tests.worker.appending import APPEND, BAD, CLUMSY
from tests.worker.conftest import Plant, until


@pytest.fixture
def dialect() -> str:
    """What is tried here is the process; its statements are tried on each database elsewhere."""
    return "sqlite"


def test_without_redis_jobs_are_found_in_the_table(plant: Plant) -> None:
    plant.start_worker()
    number = plant.put(parts=3)
    plant.rest()
    job = plant.one(number)
    assert (job.state, job.done, job.total, job.result) == (State.DONE, 3, 3, {"parts": 3})
    assert plant.appended() == [(number, 1), (number, 2), (number, 3)]
    begun = time.monotonic()
    plant.waker().wake(number)
    assert time.monotonic() - begun < 20, "nobody waits for Redis for long"


def test_a_message_begins_a_job_before_the_table_is_looked_at(plant: Plant) -> None:
    plant.start_valkey()
    plant.start_worker(WORKER_POLL_S="60")
    until(plant.healthy, "the worker is healthy")
    until(lambda: "weizheng_messages_connected 1.0" in plant.page("/metrics").text, "messages come in")
    number = plant.put()
    plant.waker().wake(number)
    until(lambda: plant.one(number).state is State.DONE, "the job is done", 30)


def test_messages_come_in_again_after_redis_was_away(plant: Plant) -> None:
    valkey = plant.start_valkey()
    plant.start_worker(WORKER_POLL_S="60")
    until(lambda: plant.healthy() and "connected 1.0" in plant.page("/metrics").text, "messages come in")
    plant.kill(valkey)
    plant.start_valkey()

    def done() -> bool:
        number = plant.put()
        plant.waker().wake(number)
        time.sleep(0.5)
        return plant.one(number).state is State.DONE

    until(done, "a message is heard again")


def test_messages_without_sense_change_nothing(plant: Plant) -> None:
    plant.start_valkey()
    plant.start_worker()
    until(lambda: plant.healthy() and "connected 1.0" in plant.page("/metrics").text, "messages come in")
    waker = plant.waker()
    for number in (0, -5, 10**15):
        waker.wake(number)
    waker.wake("x'; DROP TABLE job; --")  # type: ignore[arg-type]
    number = plant.put()
    plant.rest()
    assert plant.one(number).state is State.DONE
    assert plant.healthy()


def test_a_worker_that_is_told_to_stop_gives_its_job_back(plant: Plant) -> None:
    worker = plant.start_worker()
    number = plant.put(parts=1000, pause_s=0.02)
    until(lambda: plant.one(number).done > 2, "it has begun")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    job = plant.one(number)
    assert (job.state, job.attempts, job.lease_until) == (State.QUEUED, 0, None)
    assert job.done == len(plant.appended()), "what was done stays done"


def test_a_handler_that_does_not_look_is_not_waited_for_and_keeps_nothing(plant: Plant) -> None:
    worker = plant.start_worker()
    number = plant.put(CLUMSY, pause_s=600)
    until(lambda: plant.one(number).state is State.RUNNING, "it runs")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    assert (plant.one(number).state, plant.appended()) == (State.QUEUED, [])


def test_a_job_that_is_nearly_done_ends_before_the_worker(plant: Plant) -> None:
    worker = plant.start_worker(WORKER_STOP_S="30")
    number = plant.put(CLUMSY, pause_s=1.5)
    until(lambda: plant.one(number).state is State.RUNNING, "it runs")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=40) == 0
    # Its last step is not begun any more: the job is done by the next worker.
    assert plant.one(number).state in (State.QUEUED, State.DONE)
    plant.start_worker()
    plant.rest()
    assert plant.appended() == [(number, 1)]


def test_a_job_that_runs_is_cancelled_at_its_next_step(plant: Plant) -> None:
    plant.start_worker()
    number = plant.put(parts=1000, pause_s=0.02)
    until(lambda: plant.one(number).done > 2, "it has begun")
    with writing(plant.engine) as connection:
        cancel(connection, number, plant.one(number).created)
    plant.rest()
    assert plant.one(number).state is State.CANCELLED
    assert plant.one(number).done == len(plant.appended()) < 1000


def test_a_slow_job_keeps_its_lease(plant: Plant) -> None:
    plant.start_worker()
    number = plant.put(CLUMSY, pause_s=3.0)
    plant.rest()
    assert (plant.one(number).state, plant.one(number).fence) == (State.DONE, 1)
    assert plant.appended() == [(number, 1)]


def test_a_job_that_cannot_be_done_fails_at_once_and_says_why(plant: Plant) -> None:
    plant.start_worker()
    number = plant.put(BAD)
    plant.rest()
    job = plant.one(number)
    assert (job.state, job.attempts, job.error, job.message) == (State.FAILED, 1, "bad_input", "参数不可用。")


def test_it_shows_its_figures_and_nothing_else(plant: Plant) -> None:
    plant.start_worker()
    until(plant.healthy, "it is healthy")
    plant.put()
    plant.rest()
    until(lambda: f'kind="{APPEND}",state="done"' in plant.page("/metrics").text, "the run is counted")
    assert plant.page("/").status_code == 404
    assert plant.page("/jobs").status_code == 404
