"""`weizheng jobs` on a real database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from apps.cli.main import app
from core.clock import SystemClock
from core.database.engine import open_engine, writing
from core.database.migrate import migrate
from core.jobs.queue import enqueue


@pytest.fixture
def database(home: Path) -> Engine:
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    migrate(engine)
    return engine


def put(engine: Engine) -> int:
    with writing(engine) as connection:
        return enqueue(connection, "retention.purge", {}, by="li", now=SystemClock().now())


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["jobs", *arguments])
    return result.exit_code, result.output


def test_jobs_are_listed_shown_cancelled_and_tried_again(database: Engine) -> None:
    first, second = put(database), put(database)
    code, text = run("list", "--json")
    listed = json.loads(text)
    assert code == 0
    assert ([one["id"] for one in listed["jobs"]], listed["total"]) == ([second, first], 2)
    assert listed["counts"] == {"queued": 2, "running": 0, "done": 0, "failed": 0, "cancelled": 0}
    assert json.loads(run("cancel", str(first), "--json")[1])["state"] == "cancelled"
    assert json.loads(run("show", str(first), "--json")[1])["finished"] is not None
    assert f"{first}  cancelled" in run("list", "--state", "cancelled")[1]
    assert json.loads(run("retry", str(first), "--json")[1])["state"] == "queued"
    assert "state: queued" in run("show", str(first))[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "9"), "no job 9"),
        (("retry", "1"), "neither failed"),
        (("list", "--state", "x"), "没有这种状态"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...], words: str, database: Engine
) -> None:
    put(database)
    code, text = run(*arguments)
    assert code != 0
    assert words in text
    assert len(text.strip().splitlines()) == 1
