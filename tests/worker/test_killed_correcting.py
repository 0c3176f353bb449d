"""A correction whose worker is killed at any point reaches everybody once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select, update

from casework.tables import correction
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.models import State
from core.jobs.reads import Jobs
from core.jobs.tables import job
from tests.casework.recalling import City

DRIVER = Path(__file__).with_name("killed_correcting.py")
ROOT = Path(__file__).resolve().parents[2]
KILLS = 8
CITIZENS = [f"c{number:02}" for number in range(20)]


def test_killed_again_and_again_everybody_is_told_once(engine: Engine) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    city = City(engine, clock)
    city.publish("补办收二十元。")
    for who in CITIZENS:
        city.consent(who)
        city.ask(who)
    city.wait()
    city.publish("补办免费。")
    city.correct(24)
    with writing(engine) as connection:
        connection.execute(update(job).values(most_attempts=10_000))
    chance, killed, url = random.Random(6), 0, engine.url.render_as_string(hide_password=False)
    for number in range(KILLS):
        city.wait()
        kind = "commit" if number % 3 == 0 else "statement"
        point = str(chance.randint(3, 9) if kind == "commit" else chance.randint(8, 70))
        done = subprocess.run(
            [sys.executable, str(DRIVER), url, clock.now().isoformat(), kind, point],
            cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        killed += done.returncode != 0
    assert killed >= 3
    city.wait()
    city.work_again()
    assert [who for who, _ in city.notices()] == CITIZENS
    with reading(engine) as connection:
        assert connection.execute(select(correction.c.told)).scalar_one() == len(CITIZENS)
    states = {one.state for one in Jobs(engine, clock).listed()[0]}
    assert states <= {State.DONE, State.RUNNING, State.QUEUED}
