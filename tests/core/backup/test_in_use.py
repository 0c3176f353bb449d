"""A restore while others read and write, and one that is killed: the old state or the new one."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, func, select, text
from sqlalchemy.exc import InternalError

from core.backup import snapshot
from core.backup.replacing import replace_all
from core.citizens.tables import conversation, message
from core.database.engine import reading, writing
from core.errors import Unavailable

Fill = Callable[[Engine], None]
RowsOf = Callable[[Engine], dict[str, list[dict[str, Any]]]]
Converse = Callable[[Engine, str], None]
Opener = Callable[[str], Engine]
PROJECT = Path(__file__).resolve().parents[3]


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def nothing(_: object) -> None:
    """A check that finds nothing."""


@pytest.fixture
def copy(engine: Engine, scratch: Path, converse: Converse, open_database: Opener) -> Path:
    """A snapshot with three conversations; the database has five now."""
    for name in "甲乙丙":
        converse(engine, name)
    path = scratch / "copy.sqlite"
    snapshot.take(engine, path, vectors=True, on_progress=silent)
    for name in "丁戊":
        converse(engine, name)
    return path


def counted(connection: Connection) -> tuple[int, int]:
    """Conversations and messages, of which each has one."""
    found = [
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (conversation, message)
    ]
    return found[0], found[1]


def test_who_reads_after_a_snapshot_still_cannot_write(engine: Engine, scratch: Path) -> None:
    with reading(engine):
        pass
    snapshot.take(engine, scratch / "copy.sqlite", vectors=True, on_progress=silent)
    with pytest.raises((Unavailable, InternalError)), reading(engine) as connection:
        connection.execute(delete(message))
    with writing(engine) as connection:
        connection.execute(delete(message))


def test_a_reader_sees_the_old_state_or_the_new_one(engine: Engine, copy: Path) -> None:
    seen: set[tuple[int, int]] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            with reading(engine) as connection:
                seen.add(counted(connection))

    def in_the_middle(done: int, total: int) -> None:
        with reading(engine) as connection:
            assert counted(connection) == (5, 5)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        replace_all(engine, copy, nothing, in_the_middle)
    finally:
        stop.set()
        looking.join()
    with reading(engine) as connection:
        assert counted(connection) == (3, 3)
    assert seen <= {(5, 5), (3, 3)}


def test_a_writer_waits_and_loses_nothing(engine: Engine, copy: Path, converse: Converse) -> None:
    begun, failures = threading.Event(), list[BaseException]()

    def talk() -> None:
        begun.set()
        try:
            converse(engine, "己")
        except BaseException as error:
            failures.append(error)

    talking = threading.Thread(target=talk)

    def start_talking(_: object) -> None:
        talking.start()
        begun.wait()
        talking.join(timeout=0.3)
        assert talking.is_alive()

    replace_all(engine, copy, start_talking, silent)
    talking.join()
    assert failures == []
    with reading(engine) as connection:
        assert counted(connection) == (4, 4)


def test_a_transaction_that_is_open_already_is_waited_for(
    engine: Engine, copy: Path, converse: Converse
) -> None:
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(engine) as connection:
            connection.execute(conversation.update().values(region="990101"))
            inside.set()
            leave.wait(timeout=1.5)

    holding = threading.Thread(target=hold)
    holding.start()
    inside.wait()
    replace_all(engine, copy, nothing, silent)
    holding.join()
    with reading(engine) as connection:
        assert counted(connection) == (3, 3)
        assert set(connection.execute(select(conversation.c.region)).scalars()) == {None}


def test_an_error_in_the_middle_changes_nothing(engine: Engine, copy: Path, rows_of: RowsOf) -> None:
    before = rows_of(engine)

    def fail(done: int, total: int) -> None:
        if done == total:
            raise RuntimeError("stopped at the end")

    with pytest.raises(RuntimeError):
        replace_all(engine, copy, nothing, fail)
    assert rows_of(engine) == before


def test_a_restore_that_is_killed_changes_nothing(
    engine: Engine, copy: Path, rows_of: RowsOf, converse: Converse
) -> None:
    before = rows_of(engine)
    url = engine.url.render_as_string(hide_password=False)
    script = Path(__file__).with_name("killed_restore.py")
    done = subprocess.run([sys.executable, str(script), url, str(copy)], cwd=PROJECT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert rows_of(engine) == before
    converse(engine, "己")
    replace_all(engine, copy, nothing, silent)
    with reading(engine) as connection:
        assert counted(connection) == (3, 3)


def test_a_snapshot_with_another_column_is_refused(engine: Engine, copy: Path, rows_of: RowsOf) -> None:
    with snapshot.opened(copy) as other, writing(other) as connection:
        connection.execute(text("ALTER TABLE conversation ADD COLUMN more TEXT"))
    before = rows_of(engine)
    with pytest.raises(Exception, match="not those of this version"):
        replace_all(engine, copy, nothing, silent)
    assert rows_of(engine) == before
