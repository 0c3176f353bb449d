"""What was deleted is in no file of SQLite's any more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.database.engine import open_engine, writing
from core.database.wiping import wipe_log
from core.errors import Unavailable

SAID = "a citizen's words, "


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    with writing(made) as connection:
        connection.execute(text("CREATE TABLE said (n INTEGER PRIMARY KEY, words TEXT)"))
        for number in range(50):
            # Longer than a page, so that pages become free.
            connection.execute(text("INSERT INTO said VALUES (:n, :w)"), {"n": number, "w": SAID * 400})
    return made


def on_disk(folder: Path) -> bool:
    return any(SAID.encode() in path.read_bytes() for path in folder.iterdir())


def test_deleted_words_are_in_no_file(engine: Engine, tmp_path: Path) -> None:
    assert on_disk(tmp_path)
    wipe_log(engine)
    assert on_disk(tmp_path)
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM said"))
    wipe_log(engine)
    assert not on_disk(tmp_path)
    engine.dispose()


def test_a_log_that_is_read_all_the_time_is_told(engine: Engine, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "weizheng.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM said").fetchone()
        with writing(engine) as connection:
            connection.execute(text("DELETE FROM said"))
        with pytest.raises(Unavailable):
            wipe_log(engine, patience_s=0.1)
    wipe_log(engine)
    engine.dispose()
