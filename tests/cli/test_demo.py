"""`weizheng demo simulate`: into the demonstration alone, once, one city at a time, and out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from typer.testing import CliRunner

from apps.cli.main import app
from core.citizens.tables import citizen
from core.database.engine import open_engine, reading, writing
from core.database.migrate import migrate
from tests.recommender.cities import NOW
from tests.recommender.simulation.small import publish_demonstration

SMALL = ("--citizens", "40", "--days", "40", "--json")


@pytest.fixture
def database(home: Path) -> Engine:
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    migrate(engine)
    publish_demonstration(engine)
    return engine


def simulate(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["demo", "simulate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["demo", "simulate", *arguments])
    assert result.exit_code == 2
    return result.output


def ids(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(citizen.c.id)).scalars())


def test_an_installation_of_something_else_is_refused(home: Path) -> None:
    assert "demonstration city" in refused()
    assert "demonstration city" in refused("--null", "--json")


def test_a_city_comes_in_once_and_goes(database: Engine) -> None:
    told = simulate(*SMALL)
    assert told["synthetic"] is True
    assert (told["new"], told["parameters"]["citizens"]) == (40, 40)
    there = ids(database)
    assert there
    assert all(one.startswith("sim-") for one in there)
    assert simulate(*SMALL)["new"] == 0
    assert ids(database) == there
    assert simulate("--clear", "--json")["citizens"] == len(there)
    assert ids(database) == []


def test_beside_a_real_citizen_it_is_refused_and_can_be_taken_out(database: Engine) -> None:
    simulate(*SMALL)
    with writing(database) as connection:
        connection.execute(insert(citizen).values(id="sim-like", created=NOW, last_seen=NOW))
    assert "已有真实市民" in refused(*SMALL)
    simulate("--clear", "--json")
    assert ids(database) == ["sim-like"]
    assert "已有真实市民" in refused(*SMALL)
    assert ids(database) == ["sim-like"]


def test_doctor_and_status_tell_of_made_up_citizens(database: Engine) -> None:
    assert finding("citizens") == "nobody is made up"
    assert "made-up" not in said("recommender", "status") + said("status")
    simulate(*SMALL)
    count = len(ids(database))
    assert finding("citizens").startswith(f"{count} are made up")
    assert json.loads(said("status", "--json"))["made_up_citizens"] == count
    assert f"made-up citizens: {count}" in said("status")
    assert f"learns from: {count}. 含合成市民" in said("recommender", "status")
    assert json.loads(said("recommender", "status", "--json"))["made_up_citizens"] == count


def said(*arguments: str) -> str:
    return CliRunner().invoke(app, list(arguments)).output


def finding(name: str) -> str:
    found = json.loads(said("doctor", "--json"))
    return next(str(one["detail"]) for one in found if name in one["name"])


def test_another_city_waits_until_the_first_has_gone(database: Engine) -> None:
    simulate(*SMALL)
    assert "--clear" in refused(*SMALL, "--seed", "2")
    assert "--clear" in refused(*SMALL, "--null")
    simulate("--clear", "--json")
    assert simulate(*SMALL, "--null")["null"] is True


def test_citizens_whose_account_is_lost_are_cleared_first(database: Engine, home: Path) -> None:
    simulate(*SMALL)
    (home / "simulated.jsonl").unlink()
    assert "--clear" in refused(*SMALL)
    assert simulate("--clear", "--json")["counts"] == 0
    assert ids(database) == []
