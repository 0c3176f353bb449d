"""`init` makes an installation ready, and the second time does next to nothing."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from apps.cli.errors import CommandFailed
from apps.cli.installation import opened_database
from apps.cli.leftovers import sole_supervisor
from apps.cli.main import app
from apps.cli.preparing import initialise, load_demo, upgrade_installation
from core.answering import AnswerStatus
from core.catalogue.models import Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import new_id
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import SystemClock
from core.settings import load_settings
from knowledge_base.embedding import loading
from knowledge_base.embedding.memory import HashEmbedder

RECORDS = """\
defaults: {demo: true, region: "990100", agency: 示例市公安局}
documents:
  - external_id: one
    kind: faq
    title: 居住证在哪里办？
    text: 到居住地派出所办理。
  - external_id: two
    kind: faq
    title: 居住证多久能拿到？
    text: 受理后十五日内发证。
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A very small demonstration city."""
    folder = tmp_path / "city"
    folder.mkdir()
    (folder / "faq.yaml").write_text(RECORDS, encoding="utf-8")
    return folder


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the embedding model was opened; a small one in memory stands in."""
    calls: list[str] = []

    def open_embedder(settings: Any, progress: Any = None) -> HashEmbedder:
        calls.append(settings.embedding_model)
        return HashEmbedder()

    monkeypatch.setattr(loading, "open_embedder", open_embedder)
    monkeypatch.setattr("apps.cli.preparing.unpack_model", lambda settings: None)
    return calls


def quiet() -> Console:
    """A console that nobody reads."""
    return Console(file=io.StringIO())


def test_a_second_init_opens_no_model_and_changes_nothing(home: Path, city: Path, opened: list[str]) -> None:
    settings = load_settings()
    initialise(settings, quiet(), demo=True, train=False, demo_folder=city)
    assert opened == ["builtin"]
    before = json.loads(CliRunner().invoke(app, ["kb", "status", "--json"]).stdout)
    assert before["documents"] == 2
    initialise(settings, quiet(), demo=True, train=False, demo_folder=city)
    assert opened == ["builtin"]
    assert json.loads(CliRunner().invoke(app, ["kb", "status", "--json"]).stdout) == before


def test_a_withdrawn_demo_record_stays_withdrawn(home: Path, city: Path, opened: list[str]) -> None:
    settings = load_settings()
    initialise(settings, quiet(), demo=True, train=False, demo_folder=city)
    with opened_database(settings) as engine:
        writes, change = CatalogueWrites(engine), CatalogueReads(engine).changes_since(0, 1)[0]
        record = CatalogueReads(engine).record(change.key)
        assert record is not None
        writes.withdraw(change.key.kind, record.external_id)
        initialise(settings, quiet(), demo=True, train=False, demo_folder=city)
        after = CatalogueReads(engine).record(change.key)
    assert after is not None
    assert after.status is Status.WITHDRAWN


def test_without_demo_no_city_is_loaded(home: Path, opened: list[str]) -> None:
    initialise(load_settings(), quiet(), demo=False, train=False)
    state = json.loads(CliRunner().invoke(app, ["kb", "status", "--json"]).stdout)
    assert (state["documents"], state["items"], opened) == (0, 0, [])
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_problem_in_the_city_is_named_in_one_line(home: Path, city: Path, opened: list[str]) -> None:
    (city / "faq.yaml").write_text(RECORDS.replace("kind: faq", "kind: poem"), encoding="utf-8")
    initialise(load_settings(), quiet(), demo=False, train=False)
    with pytest.raises(CommandFailed, match=r"faq\.yaml"):
        load_demo(load_settings(), quiet(), city)


def test_a_running_installation_is_not_upgraded(home: Path) -> None:
    settings = load_settings()
    with sole_supervisor(settings.run_dir), pytest.raises(CommandFailed, match="stop `weizheng up`"):
        upgrade_installation(settings, quiet(), train=False)


def test_kb_commands_work_in_an_empty_folder(home: Path, city: Path, opened: list[str]) -> None:
    done = CliRunner().invoke(app, ["kb", "import", str(city), "--publish", "--json"])
    report = json.loads(done.stdout)
    assert (done.exit_code, report["created"], report["problems"]) == (0, 2, [])
    again = json.loads(CliRunner().invoke(app, ["kb", "import", str(city), "--publish", "--json"]).stdout)
    assert (again["created"], again["unchanged"]) == (0, 2)
    assert len(opened) == 1


def test_a_bad_record_is_named_the_rest_imported_and_the_exit_code_is_2(
    home: Path, tmp_path: Path, opened: list[str]
) -> None:
    lines = [
        '{"docid": "a", "text": "第一份文件的内容。"}',
        "nonsense",
        '{"docid": "b", "text": "第二份文件的内容。"}',
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = CliRunner().invoke(app, ["kb", "import", "corpus.jsonl", "--publish"])
    assert done.exit_code == 2
    assert "corpus.jsonl:2" in done.stderr
    assert json.loads(CliRunner().invoke(app, ["kb", "status", "--json"]).stdout)["documents"] == 2


def test_a_withdrawn_record_is_no_longer_published(home: Path, city: Path, opened: list[str]) -> None:
    CliRunner().invoke(app, ["kb", "import", str(city), "--publish"])
    done = CliRunner().invoke(app, ["kb", "withdraw", "one"])
    assert (done.exit_code, "withdrawn: document one" in done.stdout) == (0, True)
    assert json.loads(CliRunner().invoke(app, ["kb", "status", "--json"]).stdout)["documents"] == 1


def test_how_many_were_told_what_is_withdrawn_names_nobody(home: Path, city: Path, opened: list[str]) -> None:
    CliRunner().invoke(app, ["kb", "import", str(city), "--publish"])
    with opened_database(load_settings()) as engine:
        record = CatalogueReads(engine).by_external_id("document", "one")
        assert record is not None
        Consents(engine, SystemClock(), "2").put("secret-id", {Purpose.FOLLOWUP_NOTICE: True}, "2")
        for who in ("secret-id", "stranger"):
            answer = LoggedAnswer(
                id=new_id(), question="谁都不该看到", status=AnswerStatus.ANSWERED_PASSAGE,
                sources=((record.key, record.version),),
            )  # fmt: skip
            Turns(engine, SystemClock()).save(Turn(conversation=who, answer=answer))
    before = json.loads(CliRunner().invoke(app, ["kb", "told", "one", "--json"]).stdout)
    assert (before["answers"], before["citizens"], before["versions"]) == (0, 0, {})
    CliRunner().invoke(app, ["kb", "withdraw", "one"])
    after = json.loads(CliRunner().invoke(app, ["kb", "told", "one", "--days", "7", "--json"]).stdout)
    assert (after["answers"], after["citizens"], after["versions"]) == (2, 1, {"1": 2})
    done = CliRunner().invoke(app, ["kb", "told", "one", "--kind", "document"])
    assert done.exit_code == 0
    assert "outdated answers: 2" in done.stdout
    assert "secret" not in done.stdout
    assert "看到" not in done.stdout


def test_reindex_computes_what_is_missing_and_nothing_twice(
    home: Path, city: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    CliRunner().invoke(app, ["kb", "import", str(city), "--publish"])
    same = json.loads(CliRunner().invoke(app, ["kb", "reindex", "--json"]).stdout)
    assert same["passages"] > 0
    assert same["computed"] == 0
    other = HashEmbedder(dimension=32)
    monkeypatch.setattr(loading, "open_embedder", lambda settings: other)
    first = json.loads(CliRunner().invoke(app, ["kb", "reindex", "--json"]).stdout)
    second = json.loads(CliRunner().invoke(app, ["kb", "reindex", "--json"]).stdout)
    assert (first["computed"], second["computed"]) == (first["passages"], 0)
