"""A training runs beside everything else: nothing waits behind it, and it ends when it has to."""

from __future__ import annotations

import signal

from apps.worker.composition import SCHEDULES, schedules
from core.clock import SystemClock
from core.database.engine import writing
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.queue import cancel
from core.settings import Settings
from recommender.training.commands import SCHEDULE
from tests.worker.conftest import Plant, until

MODULE = "tests.worker.training_beside"


def test_other_jobs_do_not_wait_for_a_training_and_it_can_be_cancelled(plant: Plant) -> None:
    plant.start_worker(MODULE)
    long = plant.put(Kind.TRAIN)
    until(lambda: plant.one(long).note == "训练模型", "the training is under way")
    others = [plant.put(parts=2) for _ in range(3)]
    until(lambda: all(plant.one(number).state is State.DONE for number in others), "the others are done")
    assert plant.one(long).state is State.RUNNING
    assert plant.healthy()
    with writing(plant.engine) as connection:
        cancel(connection, long, SystemClock().now())
    until(lambda: plant.one(long).state is State.CANCELLED, "it is cancelled")


def test_a_worker_that_is_told_to_stop_gives_a_training_back(plant: Plant) -> None:
    worker = plant.start_worker(MODULE)
    long = plant.put(Kind.TRAIN)
    until(lambda: plant.one(long).state is State.RUNNING, "the training is under way")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    assert plant.one(long).state is State.QUEUED
    again = plant.start_worker(MODULE)
    until(lambda: plant.one(long).state is State.RUNNING, "it is begun anew")
    plant.kill(again)
    plant.start_worker(MODULE)
    fence = plant.one(long).fence
    until(lambda: plant.one(long).fence > fence, "it is taken over from one that was killed")


def test_trainings_are_planned_for_the_night_or_never() -> None:
    usual = {one.name: one for one in schedules(Settings(_env_file=None))}
    assert usual[SCHEDULE].daily_at == "02:30"
    assert schedules(Settings(_env_file=None, recommender_train_at="off")) == SCHEDULES
