"""The command as a user meets it: help, mistakes, an empty folder."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from apps.cli.main import app
from apps.cli.processes import PROJECT


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, list(arguments))


def one_line(result: Result, code: int) -> str:
    """The single line of a failure."""
    assert result.exit_code == code, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("weizheng: ")
    return line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kb", "import"), "Missing argument 'PATH'"),
        (("kb", "serch", "x"), "Did you mean 'search'?"),
        (("kb", "search", "x", "--k", "0"), "--k"),
        (("kb", "search", "x", "--region", "99"), "six-digit"),
        (("kb", "search", " "), "TEXT"),
        (("kb", "ask", " "), "TEXT is empty"),
        (("kb", "ask", "问" * 2001), "TEXT"),
        (("kb", "import", "no-such-file.jsonl"), "no-such-file.jsonl: no such file"),
        (("kb", "evaluate", "no-such-file.jsonl"), "no-such-file.jsonl"),
        (("kb", "withdraw", "x", "--kind", "city"), "--kind"),
        (("kb", "withdraw", "no-such-id"), "no-such-id"),
        (("kb", "told", "no-such-id"), "no-such-id"),
        (("kb", "told", "x", "--days", "181"), "--days"),
        (("up", "--fast"), "--fast"),
    ],
)
def test_a_mistake_is_answered_with_one_line_and_exit_2(
    home: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in one_line(run(*arguments), 2)


def test_a_setting_that_cannot_be_used_is_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PORT", "eighty")
    assert "PORTAL_PORT" in one_line(run("status"), 2)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WEIZHENG_HOME", str(tmp_path / "file" / "home"))
    assert "WEIZHENG_HOME" in one_line(run("kb", "status"), 1)


def test_up_before_init_says_what_to_run(home: Path) -> None:
    assert "run `weizheng init` first" in one_line(run("up"), 1)


def test_status_of_an_empty_folder_is_not_running_and_exit_1(home: Path) -> None:
    result = run("status", "--json")
    state = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (state["supervised"], state["ready"]) == (False, False)
    assert [item["name"] for item in state["processes"]] == [
        "redis",
        "knowledge",
        "actions",
        "rasa",
        "portal",
        "console",
        "worker",
    ]
    assert "not running" in run("status").stdout


def test_the_catalogue_of_an_empty_folder_is_empty(home: Path) -> None:
    result = run("kb", "status", "--json")
    assert result.exit_code == 0, result.output
    state = json.loads(result.stdout)
    assert (state["documents"], state["items"], state["service"]) == (0, 0, None)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "keys").is_dir()
    assert "0 事项 items" in run("kb", "status").stdout


def test_doctor_names_what_is_missing_and_the_remedy(home: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORTAL_PROT=8001\n")
    result = run("doctor")
    assert result.exit_code == 1
    assert "PORTAL_PROT, which nothing reads" in result.stdout
    assert "did you mean PORTAL_PORT?" in result.stdout
    assert "✗ 对话模型 dialogue model: not trained\n  → run weizheng init" in result.stdout


def test_doctor_notices_keys_that_others_can_read(home: Path) -> None:
    run("kb", "status")
    (home / "keys" / "rasa_token").chmod(0o644)
    findings = json.loads(run("doctor", "--json").stdout)
    (finding,) = [item for item in findings if "permissions" in item["name"]]
    assert not finding["ok"]
    assert "chmod go-rwx" in finding["fix"]


def test_help_is_quick_to_load(tmp_path: Path) -> None:
    code = "import sys; from apps.cli.main import app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, text=True, capture_output=True, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"torch", "faiss", "tantivy", "sqlalchemy", "circus", "fastapi", "numpy"})


def test_python_m_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "apps.cli", "--help"], cwd=PROJECT, text=True, capture_output=True, check=True
    )
    assert done.stdout.startswith("Usage: weizheng ")
