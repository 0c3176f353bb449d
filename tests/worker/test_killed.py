"""Workers and Redis are killed at any moment: every job ends, each part of it was done once."""

from __future__ import annotations

import os
import random
import time

from core.jobs.models import State
from tests.worker.conftest import Plant, free_port, until

# The long run sets more.
KILLS = int(os.environ.get("WORKER_KILLS", "5"))
JOBS, PARTS, PAUSE_S = 6, 12, 0.1


def test_whoever_is_killed_when_every_job_ends_and_nothing_is_done_twice(plant: Plant) -> None:
    chance = random.Random(20260302)
    valkey, worker = plant.start_valkey(), plant.start_worker()
    until(plant.healthy, "the worker is healthy")
    waker = plant.waker()
    numbers = []
    for kill in range(KILLS):
        for number in [plant.put(parts=PARTS, pause_s=PAUSE_S) for _ in range(JOBS // 2)]:
            numbers.append(number)
            # Some messages are sent twice, and some never.
            for _ in range(chance.choice((0, 1, 2))):
                waker.wake(number)
        time.sleep(chance.uniform(0.05, 1.2))
        if kill % 3 == 2:
            plant.kill(valkey)
            time.sleep(chance.uniform(0, 0.5))
            valkey = plant.start_valkey()
        else:
            until(lambda: plant.jobs.counts()[State.RUNNING] > 0, "one runs")
            plant.kill(worker)
            worker = plant.start_worker()
    plant.rest()
    assert {plant.one(number).state for number in numbers} == {State.DONE}
    assert plant.appended() == [(number, part) for number in numbers for part in range(1, PARTS + 1)]
    assert any(plant.one(number).fence > 1 for number in numbers), "some were taken over"


def test_two_workers_share_the_jobs_and_one_takes_over_from_the_other(plant: Plant) -> None:
    plant.start_valkey()
    first = plant.start_worker()
    until(plant.healthy, "the first is healthy")
    plant.settings = plant.settings.model_copy(update={"worker_port": free_port()})
    plant.start_worker()
    numbers = [plant.put(parts=PARTS, pause_s=PAUSE_S) for _ in range(JOBS)]
    until(lambda: len(plant.appended()) > PARTS, "they have begun")
    plant.kill(first)
    plant.rest()
    assert plant.appended() == [(number, part) for number in numbers for part in range(1, PARTS + 1)]
    assert any(plant.one(number).fence > 1 for number in numbers), "one was taken over"
