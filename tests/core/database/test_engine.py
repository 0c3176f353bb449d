"""The engine: private files, and what the two kinds of transaction promise."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, InternalError

from core.database.engine import glance, open_engine, reading, writing
from core.errors import BadInput, Unavailable

Opener = Callable[[str], Engine]


@pytest.fixture
def open_umask() -> Iterator[None]:
    old = os.umask(0)
    yield
    os.umask(old)


@pytest.fixture
def numbers(empty_url: str, open_database: Opener) -> Engine:
    """A database with one table of numbers that are each there once."""
    engine = open_database(empty_url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE number (n INTEGER PRIMARY KEY)"))
    return engine


def _count(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("SELECT count(*) FROM number")).scalar_one())


@pytest.mark.usefixtures("open_umask")
def test_the_folder_and_every_file_are_the_owners_only(tmp_path: Path, open_database: Opener) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/home/weizheng.db")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE number (n INTEGER)"))
        files = sorted((tmp_path / "home").iterdir())
        assert [path.name for path in files] == ["weizheng.db", "weizheng.db-shm", "weizheng.db-wal"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_sqlite_writes_ahead_checks_references_and_waits(tmp_path: Path, open_database: Opener) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/weizheng.db")
    with reading(engine) as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        ]
    assert found == ["wal", 1, 30_000, 2]


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "no url", ""])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="DATABASE_URL"):
        open_engine(url)


def test_a_password_is_not_part_of_the_refusal() -> None:
    with pytest.raises(BadInput) as caught:
        open_engine("mysql://u:geheim@h/y")
    assert "geheim" not in str(caught.value)


def test_what_is_written_is_kept(numbers: Engine) -> None:
    with writing(numbers) as connection:
        connection.execute(text("INSERT INTO number VALUES (1)"))
    assert _count(numbers) == 1


def test_an_error_undoes_the_whole_transaction(numbers: Engine) -> None:
    with pytest.raises(IntegrityError):
        _add(numbers, 1, 1)
    assert _count(numbers) == 0


def _add(engine: Engine, *values: int) -> None:
    with writing(engine) as connection:
        for value in values:
            connection.execute(text("INSERT INTO number VALUES (:n)"), {"n": value})


def test_a_reader_sees_one_state_while_others_write(numbers: Engine) -> None:
    with reading(numbers) as connection:
        before = connection.execute(text("SELECT count(*) FROM number")).scalar_one()
        with writing(numbers) as other:
            other.execute(text("INSERT INTO number VALUES (1)"))
        assert connection.execute(text("SELECT count(*) FROM number")).scalar_one() == before
    assert _count(numbers) == 1


def test_a_read_that_turns_into_a_write_keeps_the_count_right(
    numbers: Engine, request: pytest.FixtureRequest
) -> None:
    if numbers.dialect.name == "postgresql":
        # There the writer has to lock a row; the catalogue's own tests see to that.
        return

    def _count_up() -> None:
        for _ in range(20):
            with writing(numbers) as connection:
                highest = connection.execute(text("SELECT coalesce(max(n), 0) FROM number")).scalar_one()
                connection.execute(text("INSERT INTO number VALUES (:n)"), {"n": highest + 1})

    threads = [threading.Thread(target=_count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(numbers) == 80


def test_a_reading_transaction_cannot_write(numbers: Engine) -> None:
    with pytest.raises((Unavailable, InternalError)), reading(numbers) as connection:
        connection.execute(text("INSERT INTO number VALUES (1)"))
    assert _count(numbers) == 0


def test_a_connection_writes_again_after_it_has_read(numbers: Engine) -> None:
    for n in range(3):
        _count(numbers)
        with writing(numbers) as connection:
            connection.execute(text("INSERT INTO number VALUES (:n)"), {"n": n})
    assert _count(numbers) == 3


def test_a_glance_sees_what_was_written_last_and_keeps_nothing_open(numbers: Engine) -> None:
    assert glance(numbers, "SELECT n FROM number") is None
    _add(numbers, 7)
    assert glance(numbers, "SELECT n, n + 1 FROM number") == (7, 8)
    _add(numbers, 8)
    assert glance(numbers, "SELECT count(*) FROM number") == (2,)


@pytest.mark.parametrize("look", [reading, lambda engine: nullcontext(glance(engine, "SELECT 1"))])
def test_a_database_that_is_away_is_unavailable(
    tmp_path: Path, open_database: Opener, look: Callable[[Engine], AbstractContextManager[object]]
) -> None:
    engine = open_database(f"postgresql://u:geheim@/db?host={tmp_path}")
    with pytest.raises(Unavailable) as caught, look(engine):
        pass
    assert "geheim" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
