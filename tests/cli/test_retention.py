"""`weizheng retention` and what `weizheng audit verify` says afterwards, on a real database."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert
from typer.testing import CliRunner

from apps.cli.main import app
from apps.retained import retained
from apps.worker.retention import Retention
from core.clock import SystemClock
from core.commands import Subject
from core.database.engine import open_engine, writing
from core.database.migrate import migrate
from core.jobs.kinds import Kind
from core.settings import Settings
from core.words.tables import word_hit
from staff.audit import append
from tests.worker.working import work_off


@pytest.fixture
def database(home: Path) -> Engine:
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    migrate(engine)
    now = SystemClock().now()
    hit = {"word": 1, "scope": "in", "action": "refuse", "channel": "web", "answer_id": "x", "shown": "x"}
    with writing(engine) as connection:
        ages = (200, 178, 1)
        connection.execute(insert(word_hit), [{**hit, "at": now - timedelta(days=age)} for age in ages])
        for age in (500, 10):
            append(connection, now - timedelta(days=age), "li", "account.sign_in", Subject("x", "1"), {})
    return engine


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments])
    return result.exit_code, result.output


def test_what_will_go_is_told_and_goes_when_it_is_run(database: Engine, home: Path) -> None:
    code, text = run("retention", "--days", "7", "--json")
    told = json.loads(text)
    assert code == 0
    hits = next(one for one in told["rules"] if one["name"] == "word_hits")
    counted = [hits[name] for name in ("rows", "next_run", "within_days")]
    assert (hits["class"], hits["days"], hits["setting"], counted) == (
        "content", 180, "WORD_HIT_DAYS", [3, 1, 2],
    )  # fmt: skip
    assert told["runs"] == []
    assert json.loads(run("retention", "run", "--json")[1]) == {"job": 1}
    assert "jobs show 1" in run("retention", "run")[1]
    rules = retained(Settings(_env_file=None, home=home))
    work_off(database, SystemClock(), {Kind.RETENTION: Retention(database, SystemClock(), rules)})
    (went,) = json.loads(run("retention", "--json")[1])["runs"]
    assert (went["actor"], went["gone"]) == ("@operator", {"word_hits": 1, "audit": 1})
    assert "@operator" in run("retention")[1]
    assert "word_hits  敏感词记录  180 days  2 rows, 0 go at the next run, 1 by then" in run("retention")[1]


def test_verify_says_what_went_of_the_audit_log(database: Engine, home: Path) -> None:
    assert json.loads(run("audit", "verify", "--json")[1])["forgotten"] == 0
    rules = retained(Settings(_env_file=None, home=home))
    run("retention", "run")
    work_off(database, SystemClock(), {Kind.RETENTION: Retention(database, SystemClock(), rules)})
    told = json.loads(run("audit", "verify", "--json")[1])
    assert (told["entries"], told["kept"], told["forgotten"]) == (4, 3, 1)
    code, text = run("audit", "verify")
    assert code == 0
    assert "entries 1 to 1 went after their time, as entry 4 says" in text


def test_less_than_six_months_of_the_security_log_is_refused_in_one_line(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECURITY_LOG_DAYS", "183")
    code, text = run("retention")
    assert code == 2
    assert text.startswith("weizheng: Setting SECURITY_LOG_DAYS: must be 184 or more")
    assert len(text.strip().splitlines()) == 1
    monkeypatch.setenv("SECURITY_LOG_DAYS", "184")
    assert run("retention")[0] == 0
