"""`weizheng keys`: what is said, and that no value ever is."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from apps.cli.leftovers import sole_supervisor
from apps.cli.main import app
from core.keys import KEY_NAMES, ensure_keys
from staff.second_factor.sealing import SecretBox


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, ["keys", *arguments])


def values(home: Path) -> set[str]:
    return {path.read_text().strip() for path in (home / "keys").iterdir()}


def test_a_list_names_each_key_and_its_age(home: Path) -> None:
    listed = json.loads(run("list", "--json").stdout)["keys"]
    assert [one["name"] for one in listed] == list(KEY_NAMES)
    assert {one["age_days"] for one in listed} == {0}
    assert [one["used_by"] for one in listed if one["name"] == "cookie_secret"] == [["portal", "console"]]
    assert all(name in run("list").stdout for name in KEY_NAMES)


def test_no_value_is_printed(home: Path) -> None:
    ensure_keys(home)
    before = values(home)
    said = "".join(run(*words).output for words in (("list",), ("rotate", "--all"), ("list", "--json")))
    assert not [value for value in before | values(home) if value in said]


def test_rotating_all_replaces_every_key(home: Path) -> None:
    before = ensure_keys(home)
    result = run("rotate", "--all")
    assert result.exit_code == 0, result.output
    after = ensure_keys(home)
    assert not [name for name in KEY_NAMES if getattr(after, name) == getattr(before, name)]
    assert after.previous_cookie_secret == before.cookie_secret
    assert {stat.S_IMODE(path.stat().st_mode) for path in (home / "keys").iterdir()} == {0o600}


def test_rotating_one_leaves_the_others(home: Path) -> None:
    before = ensure_keys(home)
    assert "used by portal, rasa" in run("rotate", "rasa_token").stdout
    after = ensure_keys(home)
    assert after.rasa_token != before.rasa_token
    assert after.service_token == before.service_token


def test_secrets_of_second_factors_stay_readable_whatever_is_rotated(home: Path) -> None:
    assert run("list").exit_code == 0
    account = ("user", "add", "wang", "--name", "王芳", "--role", "administrator", "--password-stdin")
    assert CliRunner().invoke(app, list(account), input="correct horse 42\n").exit_code == 0
    sealed = SecretBox(ensure_keys(home).second_factor_key).seal(1, "A SECRET")
    with closing(sqlite3.connect(home / "weizheng.db")) as connection, connection:
        connection.execute("INSERT INTO second_factor VALUES (1, ?, '', '2026-03-02', NULL, 0)", [sealed])
    for _ in range(3):
        assert run("rotate", "second_factor_key").exit_code == 0
        with closing(sqlite3.connect(home / "weizheng.db")) as connection:
            ((kept,),) = connection.execute("SELECT sealed FROM second_factor").fetchall()
        assert SecretBox(ensure_keys(home).second_factor_key).open(1, kept) == "A SECRET"
        assert kept != sealed
        sealed = kept


def test_a_running_assistant_has_to_be_restarted(home: Path) -> None:
    ensure_keys(home)
    assert "next `weizheng up`" in run("rotate", "rasa_token").stdout
    with sole_supervisor(home / "run"):
        assert "stop `weizheng up` and start it again" in run("rotate", "rasa_token").stdout


@pytest.mark.parametrize(
    "words",
    [("rotate",), ("rotate", "tokens"), ("rotate", "rasa_token", "x"), ("rotate", "rasa_token", "--all")],
)
def test_what_is_to_be_rotated_has_to_be_clear(home: Path, words: tuple[str, ...]) -> None:
    before = ensure_keys(home)
    result = run(*words)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert ensure_keys(home) == before
