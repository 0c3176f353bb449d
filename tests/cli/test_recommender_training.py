"""`weizheng recommender train|status|rollback` on a real database, with the real trainer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from typer.testing import CliRunner

from apps import recommending
from apps.cli.main import app
from core.clock import SystemClock
from core.database.engine import open_engine, reading, writing
from core.database.migrate import migrate
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs
from recommender.training.commands import TRAIN_KEY
from recommender.training.tables import recommender_model_chunk
from staff.tables import audit_entry
from tests.recommender.training.town import QuickFit, Town, filled, read_quick


@pytest.fixture
def town(home: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Of today, with a trainer that takes no time."""
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    migrate(engine)
    monkeypatch.setattr(recommending, "fit", QuickFit())
    monkeypatch.setattr(recommending, "read", read_quick)
    made = Town(engine)
    made.clock.move_to(SystemClock().now())
    made.live()
    filled(made)
    return made


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["recommender", *arguments])
    return result.exit_code, result.output


def told(*arguments: str) -> Any:
    code, text = run(*arguments, "--json")
    assert code == 0, text
    return json.loads(text)


def test_a_model_is_trained_shown_and_gone_back_to(town: Town) -> None:
    assert run("status")[1].startswith("no model serves")
    first = told("train")
    assert (first["version"], first["state"], first["in_use"]) == ("m1", "accepted", True)
    assert "m2 serves" in run("train", "--tune")[1]
    assert told("rollback")["version"] == "m1"
    found = told("status")
    assert (found["in_use"]["version"], found["trouble"]) == ("m1", None)
    assert [(one["version"], one["in_use"]) for one in found["models"]] == [("m2", False), ("m1", True)]
    assert "m1 serves" in run("status")[1]
    code, text = run("rollback")
    assert (code, "没有更早的可用模型" in text) == (2, True)
    with reading(town.engine) as connection:
        names = (
            connection.execute(select(audit_entry.c.command).order_by(audit_entry.c.number)).scalars().all()
        )
    assert names == ["recommender.train"] * 2 + ["recommender.rollback"]


def test_too_little_is_one_line_and_ends_with_2(home: Path) -> None:
    code, text = run("train")
    assert code == 2
    assert text.strip().splitlines() == [
        "weizheng: there is too little to learn from. 可用于训练的行为数据太少，没有训练新的推荐模型。"
    ]
    assert told("status")["models"] == []


def test_a_failure_is_told_and_its_job_can_be_looked_at(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = QuickFit()
    fit.spoil = lambda together: together * float("nan")
    monkeypatch.setattr(recommending, "fit", fit)
    code, text = run("train")
    assert code == 1
    assert "训练结果不是有效数值" in text
    (job,), _ = Jobs(town.engine, town.clock).listed()
    assert (job.state, job.error) == (State.FAILED, "model_diverged")


def test_tune_is_not_dropped_where_another_training_waits(town: Town) -> None:
    put_in(town, tune=False)
    code, text = run("train", "--tune")
    assert code == 1
    assert "重新选择参数" in text
    assert "job 1 is open and chooses no parameters" in text
    assert Jobs(town.engine, town.clock).listed()[1] == 1


def test_a_training_that_waits_and_tunes_is_followed(town: Town) -> None:
    put_in(town, tune=True)
    assert "grid" in told("train", "--tune")["card"]
    assert Jobs(town.engine, town.clock).listed()[1] == 1


def put_in(town: Town, *, tune: bool) -> None:
    with writing(town.engine) as connection:
        enqueue(
            connection, Kind.TRAIN, {"tune": tune}, by="@schedule", now=town.clock.now(), unique=TRAIN_KEY
        )


def test_status_says_that_an_artefact_is_broken(town: Town) -> None:
    told("train")
    with writing(town.engine) as connection:
        connection.execute(delete(recommender_model_chunk))
    assert "模型数据不完整" in told("status")["trouble"]
    assert "does not serve" in run("status")[1]
