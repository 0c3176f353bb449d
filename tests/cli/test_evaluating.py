"""`weizheng kb evaluate`, `refusals` and `curve` on a small catalogue, with and without mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from apps.cli.main import app
from knowledge_base.embedding.memory import HashEmbedder

QUERY = {"qid": "1", "question": "停水检修", "answer": "周五上午停水检修", "gold_docids": ["water"]}


def run(*arguments: str | Path) -> Result:
    """Run a command of `kb` in this process."""
    return CliRunner().invoke(app, ["kb", *map(str, arguments)])


def told(*arguments: str | Path) -> dict[str, Any]:
    """What a command prints as JSON."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalogue of one document, that is half sure of everything, and questions."""
    for module in ("application", "embedding.loading"):
        monkeypatch.setattr(f"knowledge_base.{module}.open_embedder", lambda _: HashEmbedder())
    monkeypatch.setattr("knowledge_base.search.ranking.confidence", lambda *_: 0.5)
    (tmp_path / "corpus.jsonl").write_text(
        json.dumps({"external_id": "water", "title": "停水通知", "text": "东区周五上午停水检修管道。"}),
        encoding="utf-8",
    )
    (tmp_path / "queries.jsonl").write_text(json.dumps(QUERY), encoding="utf-8")
    probe = {"question": "红烧肉怎么做", "kind": "offtopic"}
    (tmp_path / "offtopic.jsonl").write_text(json.dumps(probe), encoding="utf-8")
    result = run("import", tmp_path / "corpus.jsonl", "--publish")
    assert result.exit_code == 0, result.output
    return tmp_path


def test_a_curve_is_drawn_from_the_dumps_of_an_evaluation(folder: Path) -> None:
    queries, dump, hidden = (folder / name for name in ("queries.jsonl", "dump.jsonl", "hidden.jsonl"))
    figures = told("evaluate", queries, "--dump", dump)
    assert (figures["answered"], figures["intervals"]["answered"][1]) == (1.0, 1.0)
    told("evaluate", queries, "--dump", hidden, "--without-gold")
    assert json.loads(dump.read_text(encoding="utf-8"))["confidence"] == 0.5
    picture = folder / "curve.svg"
    found = told("curve", dump, "--gold", queries, "--without-gold", hidden, "--out", picture)
    assert found["now"] == {"threshold": 0.35, "coverage": 1.0, "risk": 0.0, "hidden": 0.0}
    assert [point["coverage"] for point in found["points"][50:52]] == [1.0, 0.0]
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_for_people_each_figure_stands_beside_its_interval(folder: Path) -> None:
    lines = run("evaluate", folder / "queries.jsonl").stdout.splitlines()
    (answered,) = [line.split() for line in lines if line.split()[0] == "answered"]
    assert answered == ["answered", "1.0", "[0.206,", "1.000]"]
    assert "Wilson" in lines[-1]


def test_what_should_have_been_refused_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = told("refusals", folder / "offtopic.jsonl")
    assert found["kinds"]["offtopic"]["answered"] == 1.0
    assert found["answered"][0]["external_id"] == "water"
    assert "0.50  红烧肉怎么做  [water]" in run("refusals", folder / "offtopic.jsonl").stdout
    monkeypatch.setenv("ANSWER_THRESHOLD", "0.6")
    assert told("refusals", folder / "offtopic.jsonl")["answered"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("refusals", "none.jsonl"), "none.jsonl: no such file"),
        (("refusals", "bad.jsonl"), "bad.jsonl:1: kind"),
        (("curve", "none.jsonl", "--gold", "bad.jsonl", "--out", "x.svg"), "none.jsonl: no such file"),
        (("curve", "bad.jsonl", "--gold", "bad.jsonl", "--out", "no/x.svg"), "folder does not exist"),
        (("curve", "bad.jsonl", "--gold", "bad.jsonl", "--out", "x.svg"), "bad.jsonl:1: qid"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(home: Path, arguments: tuple[str, ...], said: str) -> None:
    Path("bad.jsonl").write_text('{"question": "问"}\n', encoding="utf-8")
    result = run(*arguments)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert said in line
