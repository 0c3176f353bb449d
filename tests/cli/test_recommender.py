"""`weizheng recommender evaluate`, with the measuring itself replaced: that has tests of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from apps.cli.main import app
from recommender.evaluation import fetching, movielens, newcomers

INTERVAL = [0.1, 0.2]
FOUND: dict[str, Any] = {
    "rows": [{"name": "weizheng", "ndcg": 0.49, "precision": 0.42, "intervals": {"ndcg": INTERVAL}}],
    "ahead_on_ndcg": {"ease": {"mean": 0.01, "interval": INTERVAL}},
    "ms_each": {"p50": 0.4, "p95": 0.9},
}


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["recommender", "evaluate", *arguments])


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any data, and figures that are made up."""
    monkeypatch.setattr(fetching, "movielens", lambda folder, cache: object())
    monkeypatch.setattr(movielens, "table", lambda *_: FOUND)
    monkeypatch.setattr(newcomers, "newcomers", lambda *_: FOUND)


@pytest.mark.usefixtures("measured")
def test_figures_come_as_one_object(home: Path) -> None:
    done = run("movielens", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == FOUND


@pytest.mark.usefixtures("measured")
def test_figures_come_as_lines(home: Path) -> None:
    lines = run("newcomers").stdout.splitlines()
    assert lines[0].split() == ["ndcg", "precision"]
    assert lines[1].split() == ["weizheng", "0.49", "0.42"]
    assert "ahead_on_ndcg of ease: +0.0100 [+0.1000, +0.2000]" in lines
    assert "ms each: p50 0.4, p95 0.9" in lines


@pytest.mark.parametrize("command", ["movielens", "newcomers", "cold-items"])
def test_a_folder_without_the_data_is_one_line(home: Path, tmp_path: Path, command: str) -> None:
    done = run(command, "--data", str(tmp_path))
    assert done.exit_code == 2
    assert "ml-100k.inter: no such file" in done.output
    assert len(done.output.strip().splitlines()) == 1
