"""`weizheng backup`, `restore` and `upgrade` as a user meets them."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from apps.cli import training
from apps.cli.installation import opened_database
from apps.cli.leftovers import sole_supervisor
from apps.cli.main import app
from apps.cli.processes import BOT
from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.clock import SystemClock
from core.database.engine import reading
from core.keys import ensure_keys
from core.settings import load_settings
from staff.account_commands import ACCOUNT_COMMANDS
from staff.actors import Operator
from staff.audit import Entry, Head, entries, verify
from staff.runner import CommandRunner

PASSPHRASE = "correct horse battery"
MADE_BY = Path(__file__).parents[1] / "core" / "database" / "made_by"
Publish = Callable[[str], None]


def run(*arguments: str | Path, passphrase: str = "") -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"BACKUP_PASSPHRASE": passphrase})


def told(*arguments: str | Path, passphrase: str = "") -> dict[str, Any]:
    """What a command prints as JSON."""
    done = run(*arguments, "--json", passphrase=passphrase)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refused(done: Result, code: int = 2) -> str:
    """The one line of a refusal."""
    assert done.exit_code == code, done.output
    (line,) = done.stderr.splitlines()
    assert line.startswith("weizheng: ")
    return line


@pytest.fixture
def publish(home: Path) -> Publish:
    """Adds a document to the installation."""

    def _publish(name: str) -> None:
        with opened_database(load_settings()) as engine:
            document = Document(external_id=name, title=name, text=name)
            CatalogueWrites(engine).put(document, [], Status.PUBLISHED)

    return _publish


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Turns to another, empty installation."""

    def _other() -> Path:
        folder = tmp_path / "other"
        monkeypatch.setenv("WEIZHENG_HOME", str(folder))
        return folder

    return _other


def documents() -> int:
    with opened_database(load_settings()) as engine:
        return CatalogueReads(engine).counts().documents


def test_a_backup_lies_in_the_installation_s_own_folder(home: Path, publish: Publish) -> None:
    publish("a")
    done = told("backup")
    file = Path(done["file"])
    assert (file.parent, file.stat().st_size) == (home / "backups", done["bytes"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert (done["rows"]["document"], done["vectors"], done["keys"], done["model"]) == (1, True, False, False)
    assert list((home / "run").glob("backup-*")) == []


def test_a_backup_of_an_empty_folder_is_one_of_an_empty_city(home: Path, tmp_path: Path) -> None:
    assert told("backup", tmp_path / "b.tar")["rows"]["document"] == 0


def test_a_restore_elsewhere_brings_everything_but_the_keys(
    home: Path, tmp_path: Path, publish: Publish, other: Callable[[], Path]
) -> None:
    publish("a")
    said = run("backup", tmp_path / "b.tar")
    assert "without keys" in said.stdout
    assert "citizens lose their cookies" in said.stdout
    keys, place = ensure_keys(home), other()
    done = told("restore", tmp_path / "b.tar")
    assert (documents(), done["keys"], done["safety_copy"], done["restart"]) == (1, False, None, False)
    assert ensure_keys(place) != keys


def test_a_restore_stands_in_the_log_that_it_brings(home: Path, tmp_path: Path, publish: Publish) -> None:
    def log() -> tuple[Head, list[Entry]]:
        with opened_database(load_settings()) as engine, reading(engine) as connection:
            return verify(connection), entries(connection)[0]

    with opened_database(load_settings()) as engine:
        runner = CommandRunner(engine, SystemClock(), ACCOUNT_COMMANDS)
        account = {"name": "王芳", "password": "correct horse 42", "roles": ["administrator"]}
        runner.run(Operator(), "account.add", {**account, "login": "kept"})
        told("backup", tmp_path / "b.tar")
        runner.run(Operator(), "account.add", {**account, "login": "gone"})
    former, _ = log()
    told("restore", tmp_path / "b.tar", "--yes")
    head, (restored, added) = log()
    assert (head.entries, added.subject.id) == (2, "kept")
    assert (restored.actor, restored.command) == ("@operator", "installation.restore")
    assert restored.details["former_log"] == asdict(former)


def test_keys_go_along_under_a_passphrase(
    home: Path, tmp_path: Path, publish: Publish, other: Callable[[], Path]
) -> None:
    publish("a")
    keys = ensure_keys(home)
    assert told("backup", tmp_path / "b.tar", passphrase=PASSPHRASE)["keys"]
    assert keys.cookie_secret.encode() not in (tmp_path / "b.tar").read_bytes()
    place = other()
    assert "口令不正确" in refused(run("restore", tmp_path / "b.tar", passphrase="another passphrase"))
    assert not (place / "weizheng.db").exists()
    assert told("restore", tmp_path / "b.tar", passphrase=PASSPHRASE)["keys"]
    assert ensure_keys(place) == keys


def test_an_installation_keeps_its_own_keys_unless_told_otherwise(
    home: Path, tmp_path: Path, publish: Publish, other: Callable[[], Path]
) -> None:
    publish("a")
    keys = ensure_keys(home)
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    by_file = ("--passphrase-file", tmp_path / "passphrase")
    told("backup", tmp_path / "b.tar", *by_file)
    own = ensure_keys(other())
    assert not told("restore", tmp_path / "b.tar", *by_file)["keys"]
    assert ensure_keys(load_settings().home) == own
    assert "--keys needs the passphrase" in refused(run("restore", tmp_path / "b.tar", "--keys", "--yes"))
    done = told("restore", tmp_path / "b.tar", "--keys", "--yes", *by_file)
    assert done["keys"]
    assert ensure_keys(load_settings().home) == keys
    with tarfile.open(done["safety_copy"]) as copy:
        assert "keys.sealed" in copy.getnames()


def test_keys_that_are_not_in_a_backup_cannot_be_had(home: Path, tmp_path: Path) -> None:
    told("backup", tmp_path / "b.tar")
    assert "holds no keys" in refused(run("restore", tmp_path / "b.tar", "--keys", "--yes"))


def test_what_is_there_is_kept_in_a_safety_copy(home: Path, tmp_path: Path, publish: Publish) -> None:
    publish("a")
    told("backup", tmp_path / "b.tar")
    publish("b")
    assert "add --yes" in refused(run("restore", tmp_path / "b.tar"))
    assert documents() == 2
    done = run("restore", tmp_path / "b.tar", "--yes")
    assert done.exit_code == 0, done.output
    (copy,) = (home / "backups").glob("*-before-restore.tar")
    assert str(copy) in done.stdout
    assert documents() == 1
    told("restore", copy, "--yes", "--no-safety-copy")
    assert documents() == 2
    assert len(list((home / "backups").iterdir())) == 1


def test_only_the_newest_backups_are_kept(home: Path, publish: Publish) -> None:
    publish("a")
    folder = home / "backups"
    folder.mkdir()
    for day in ("01", "02", "03"):
        (folder / f"weizheng-202601{day}T000000Z.tar").write_text("")
    (folder / "my own file.tar").write_text("")
    done = told("backup", "--keep", "2")
    assert [Path(name).name for name in done["removed"]] == [
        "weizheng-20260101T000000Z.tar",
        "weizheng-20260102T000000Z.tar",
    ]
    assert len(list(folder.iterdir())) == 3


def test_the_demonstration_city_counts_as_loaded_after_a_restore(
    home: Path, tmp_path: Path, publish: Publish, other: Callable[[], Path]
) -> None:
    publish("a")
    with opened_database(load_settings()) as engine:
        epoch = CatalogueReads(engine).state().epoch
    (home / "demo.inputs").write_text(f"{epoch} digest")
    told("backup", tmp_path / "b.tar")
    place = other()
    done = told("restore", tmp_path / "b.tar")
    assert (place / "demo.inputs").read_text() == f"{done['epoch']} digest"


def test_the_trained_model_goes_along(
    home: Path, tmp_path: Path, publish: Publish, other: Callable[[], Path]
) -> None:
    publish("a")
    models = home / "models"
    models.mkdir()
    (models / "dialogue.tar.gz").write_bytes(b"model")
    (models / "dialogue.inputs").write_text("made of something\n")
    assert told("backup", tmp_path / "b.tar")["model"]
    place = other()
    with sole_supervisor(place / "run"):
        done = told("restore", tmp_path / "b.tar")
    assert (done["model"], done["restart"]) == (True, True)
    assert (place / "models" / "dialogue.tar.gz").read_bytes() == b"model"
    assert (place / "models" / "dialogue.inputs").read_text() == "made of something\n"


def test_a_model_of_this_version_is_not_replaced(home: Path, tmp_path: Path, publish: Publish) -> None:
    publish("a")
    models = home / "models"
    models.mkdir()
    (models / "dialogue.tar.gz").write_bytes(b"old")
    (models / "dialogue.inputs").write_text("old\n")
    told("backup", tmp_path / "b.tar")
    (models / "dialogue.tar.gz").write_bytes(b"new")
    (models / "dialogue.inputs").write_text(training.fingerprint(BOT) + "\n")
    assert not told("restore", tmp_path / "b.tar", "--yes")["model"]
    assert (models / "dialogue.tar.gz").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("backup", "nowhere/b.tar"), "no such folder"),
        (("backup", "there.tar"), "exists already"),
        (("backup", "--keep", "0"), "--keep"),
        (("backup", "--passphrase-file", "nowhere"), "cannot be read"),
        (("backup", "--passphrase-file", "empty"), "is empty"),
        (("backup", "--passphrase-file", "short"), "at least 12"),
        (("restore", "nowhere.tar"), "no such file"),
        (("restore", "there.tar"), "not a backup"),
    ],
)
def test_a_mistake_is_one_line_and_changes_nothing(
    home: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    for name, content in (("there.tar", "mine"), ("empty", ""), ("short", "short")):
        (tmp_path / name).write_text(content)
    assert said in refused(run(*arguments))
    assert (tmp_path / "there.tar").read_text() == "mine"
    assert not (home / "weizheng.db").exists()


def test_what_a_killed_backup_left_is_cleared_away(home: Path, tmp_path: Path, publish: Publish) -> None:
    publish("a")
    left = home / "run" / "backup-killed"
    left.mkdir()
    (left / "database.sqlite").write_text("half")
    (home / "backups").mkdir()
    (home / "backups" / ".weizheng-x.tar.0123.partial").write_text("half")
    told("backup", tmp_path / "b.tar")
    assert not left.exists()
    assert list((home / "backups").iterdir()) == []


@pytest.fixture
def outdated(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that an earlier version has made."""
    monkeypatch.setattr("apps.cli.preparing.unpack_model", lambda settings: None)
    ensure_keys(home)
    with closing(sqlite3.connect(home / "weizheng.db")) as connection:
        dump = (MADE_BY / "0.1.0-425b141.sqlite.sql").read_text(encoding="utf-8")
        connection.executescript(dump)
    return home


def test_an_upgrade_backs_up_first_and_says_so(outdated: Path) -> None:
    done = run("upgrade", "--no-train")
    assert done.exit_code == 0, done.output
    (copy,) = (outdated / "backups").glob("*-before-upgrade.tar")
    assert str(copy) in done.stdout
    assert "0003 → " in done.stdout
    assert documents() == 1
    again = run("upgrade", "--no-train")
    assert "backup" not in again.stdout
    assert len(list((outdated / "backups").iterdir())) == 1
    told("restore", copy, "--yes", "--no-safety-copy")
    assert documents() == 1


def test_an_upgrade_without_a_backup_makes_none(outdated: Path) -> None:
    assert run("upgrade", "--no-train", "--no-backup").exit_code == 0
    assert not (outdated / "backups").exists()
    assert documents() == 1


def test_an_upgrade_whose_backup_fails_changes_nothing(
    outdated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (outdated / "backups").write_text("in the way")
    assert run("upgrade", "--no-train").exit_code == 1
    with closing(sqlite3.connect(outdated / "weizheng.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0003",)


def test_on_a_terminal_the_passphrase_is_asked_for_and_not_shown(
    home: Path, tmp_path: Path, publish: Publish
) -> None:
    import pty

    publish("a")
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-m", "apps.cli", "backup", str(tmp_path / "b.tar")]
        os.chdir(Path(__file__).parents[2])
        os.execv(sys.executable, command)  # noqa: S606 - our own command
    shown = b""
    # The space comes when the echo is off.
    answers = [b"once more: ", b"leave them out): "]
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
        if answers and answers[-1] in shown:
            answers.pop()
            os.write(terminal, PASSPHRASE.encode() + b"\n")
    assert os.waitpid(child, 0)[1] == 0, shown.decode()
    assert PASSPHRASE.encode() not in shown
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert "keys.sealed" in tar.getnames()
