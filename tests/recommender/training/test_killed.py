"""A training that is killed at any point leaves what serves as it was; the next one is whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select, update

from core.database.engine import reading, writing
from core.jobs.models import State
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs
from core.jobs.tables import job
from recommender.training import kept
from recommender.training.commands import TRAIN, TRAIN_KEY
from recommender.training.pointer import ModelInUse
from recommender.training.tables import recommender_model, recommender_model_chunk
from tests.recommender.training.town import Town, filled, read_quick

DRIVER = Path(__file__).with_name("killed_training.py")
ROOT = Path(__file__).resolve().parents[3]
KILLS = 6


def test_killed_again_and_again_something_whole_serves(town: Town) -> None:
    town.live()
    filled(town)
    before = town.train()
    put_in(town)
    chance, killed = random.Random(6), 0
    for number in range(KILLS):
        town.wait(0.1)
        killed += attempt(town, ("commit", "statement")[number % 2], chance.randint(2, 25))
        if Jobs(town.engine, town.clock).one(1).state is not State.DONE:
            assert town.in_use() == before
        found = ModelInUse(town.engine, town.clock, read_quick, days=30).current()
        assert found is not None
    assert killed >= 3
    town.wait(0.1)
    attempt(town, "statement", 100_000)
    assert Jobs(town.engine, town.clock).one(1).state is State.DONE
    used = town.in_use()
    assert used is not None
    assert used.number > before.number
    with reading(town.engine) as connection:
        assert set(connection.execute(select(recommender_model.c.state)).scalars()) == {"accepted"}
        whole = kept.artefact(connection, used.number)
        chunks = select(func.count()).where(recommender_model_chunk.c.model == used.number)
        assert connection.execute(chunks).scalar_one() == -(-len(whole) // 500)


def put_in(town: Town) -> None:
    with writing(town.engine) as connection:
        enqueue(connection, TRAIN, {}, by="li", now=town.clock.now(), unique=TRAIN_KEY)
        connection.execute(update(job).values(most_attempts=10_000))


def attempt(town: Town, kind: str, point: int) -> bool:
    """Whether it was killed."""
    url = town.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, str(DRIVER), url, town.clock.now().isoformat(), kind, str(point)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0
