"""Grouping that is killed at any point goes on as if nothing had been."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, func, select

from casework.groups import Grouper
from casework.tables import grouped_question
from core.clock import FixedClock
from core.database.engine import reading
from tests.casework.conftest import MATTERS, WAYS, Log, Twin, counted, partition

DRIVER = Path(__file__).with_name("killed_grouping.py")
ROOT = Path(__file__).resolve().parents[2]
KILLS = 8


def test_killed_again_and_again_every_question_is_grouped_once(
    engine: Engine, log: Log, clock: FixedClock
) -> None:
    log.ask_all()
    url = engine.url.render_as_string(hide_password=False)
    chance = random.Random(4)
    killed = 0
    for number in range(KILLS):
        kind = "commit" if number % 3 == 0 else "statement"
        point = str(chance.randint(3, 9) if kind == "commit" else chance.randint(8, 60))
        done = subprocess.run(
            [sys.executable, str(DRIVER), url, kind, point],
            cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        killed += done.returncode != 0
    Grouper(engine, Twin(), clock).run()
    assert killed >= 2
    assert sorted(map(len, partition(engine))) == [len(WAYS)] * len(MATTERS)
    assert sum(counted(engine).values()) == len(MATTERS) * len(WAYS)
    with reading(engine) as connection:
        rows = connection.execute(select(func.count()).select_from(grouped_question)).scalar()
    assert rows == len(MATTERS) * len(WAYS)
