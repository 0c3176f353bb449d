"""`weizheng user` and `weizheng audit`, as the operator uses them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from typer.testing import CliRunner, Result

from apps.cli.main import app

PASSWORD = "correct horse 42"
WANG = ("user", "add", "wang", "--name", "王芳", "--role", "administrator")


def run(*arguments: str, typed: str = "") -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, list(arguments), input=typed)


def accounts() -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(run("user", "list", "--json").stdout)["accounts"]
    return listed


def test_the_first_administrator_is_added_in_an_empty_folder(home: Path) -> None:
    done = run(*WANG, "--password-stdin", typed=f"{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    wang = {"login": "wang", "name": "王芳", "agency": None, "roles": ["administrator"], "active": True}
    assert accounts() == [wang | {"second_factor": False}]
    assert "王芳" in run("user", "list").stdout


def test_a_password_is_asked_for_twice(home: Path) -> None:
    assert run(*WANG, typed=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert len(accounts()) == 1


def test_a_mistake_is_one_line(home: Path) -> None:
    for arguments, typed in (
        ((*WANG, "--password-stdin"), "short\n"),
        ((*WANG[:-1], "king", "--password-stdin"), f"{PASSWORD}\n"),
        ((*WANG, "--agency", "nowhere", "--password-stdin"), f"{PASSWORD}\n"),
        (("user", "password", "nobody", "--password-stdin"), f"{PASSWORD}\n"),
        (("user", "disable", "nobody"), ""),
    ):
        done = run(*arguments, typed=typed)
        assert done.exit_code == 2, done.output
        assert len(done.output.strip().splitlines()) == 1
        assert PASSWORD not in done.output
    assert accounts() == []


def test_an_account_is_switched_off_and_on_and_gets_another_password(home: Path) -> None:
    run(*WANG, "--password-stdin", typed=f"{PASSWORD}\n")
    second = (
        "user",
        "add",
        "li",
        "--name",
        "李",
        "--role",
        "editor",
        "--role",
        "reviewer",
        "--password-stdin",
    )
    assert run(*second, typed=f"{PASSWORD}\n").exit_code == 0
    assert run("user", "disable", "li").exit_code == 0
    assert [one["active"] for one in accounts()] == [False, True]
    assert run("user", "disable", "wang").exit_code == 2, "the last administrator stays"
    assert run("user", "enable", "li").exit_code == 0
    assert run("user", "password", "li", "--password-stdin", typed="another horse 43\n").exit_code == 0
    assert accounts()[0]["roles"] == ["editor", "reviewer"]
    assert json.loads(run("audit", "verify", "--json").stdout)["entries"] == 5


def test_a_locked_out_administrators_second_factor_is_reset(home: Path) -> None:
    run(*WANG, "--password-stdin", typed=f"{PASSWORD}\n")
    assert run("user", "reset-second-factor", "wang").exit_code == 2, "there is none"
    with closing(sqlite3.connect(home / "weizheng.db")) as connection, connection:
        connection.execute(
            "INSERT INTO second_factor VALUES (1, 'sealed elsewhere', '', '2026-03-02', '2026-03-02', 7)"
        )
    assert accounts()[0]["second_factor"] is True
    assert run("user", "reset-second-factor", "wang").exit_code == 0
    assert accounts()[0]["second_factor"] is False
    assert json.loads(run("audit", "verify", "--json").stdout)["entries"] == 2


def test_a_touched_log_is_told(home: Path) -> None:
    run(*WANG, "--password-stdin", typed=f"{PASSWORD}\n")
    assert run("audit", "verify").exit_code == 0
    with closing(sqlite3.connect(home / "weizheng.db")) as connection, connection:
        connection.execute("UPDATE audit_entry SET actor = 'somebody'")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert "entry 1" in done.output
