"""A consistent copy of the whole database in one SQLite file, while others go on writing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, select, text

from core.backup.archive import OnProgress
from core.backup.numbers import last_numbers, raise_numbers
from core.backup.tables import VECTORS, copy_rows, counts, new_database, tables_of
from core.catalogue.tables import catalogue_state
from core.database.engine import open_engine, reading, writing
from core.errors import Unavailable


@dataclass(frozen=True)
class Snapshot:
    """What was copied: schema, catalogue's epoch and revision, rows of each table."""

    schema_revision: str
    epoch: str
    revision: int
    rows: dict[str, int]


def take(engine: Engine, path: Path, *, vectors: bool, on_progress: OnProgress) -> Snapshot:
    """Copies the database into a new file.

    Args:
        engine: A database with tables, of whichever version.
        path: Where the file is made, in a private folder.
        vectors: Copy the vectors too.
        on_progress: Called with tables done and all tables.

    Raises:
        SchemaOutdated: A PostgreSQL database has tables that this program does not know.
        Unavailable: The database does not answer.
    """
    if engine.dialect.name == "sqlite":
        _vacuum_into(engine, path, vectors=vectors)
    else:
        _copy(engine, path, vectors=vectors, on_progress=on_progress)
    with opened(path) as copy:
        return _described(copy)


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    """The database in a snapshot's file; all of it is in that one file again at the end."""
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield engine
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        engine.dispose()


def _vacuum_into(engine: Engine, path: Path, *, vectors: bool) -> None:
    """One read transaction of SQLite's own; unlike a copy of pages it leaves out what was deleted."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _outside_a_transaction(engine, "VACUUM INTO ?", str(path))
    if vectors:
        return
    with opened(path) as copy:
        with writing(copy) as connection:
            connection.execute(text("DELETE FROM vector_cache"))
        _outside_a_transaction(copy, "VACUUM")


def _outside_a_transaction(engine: Engine, statement: str, *values: str) -> None:
    import sqlite3

    try:
        with engine.connect() as connection:
            driver = cast(sqlite3.Connection, connection.connection.driver_connection)
            # A reading transaction leaves its connection closed to writes, and this counts as one.
            driver.execute("PRAGMA query_only = OFF")
            # What is remembered of its mode is not true any more.
            connection.info.clear()
            driver.execute(statement, values)
    except sqlite3.OperationalError as error:
        raise Unavailable(f"the database cannot be copied: {error}. 数据库无法复制。") from error


def _copy(engine: Engine, path: Path, *, vectors: bool, on_progress: OnProgress) -> None:
    with reading(engine) as source:
        revision = source.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        copy = new_database(path, revision)
        try:
            with writing(copy) as target:
                tables = tables_of(source)
                for done, table in enumerate(tables):
                    on_progress(done, len(tables))
                    if vectors or table.name != VECTORS:
                        copy_rows(source, target, table)
                raise_numbers(target, last_numbers(source))
        finally:
            copy.dispose()


def _described(engine: Engine) -> Snapshot:
    with reading(engine) as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        state = connection.execute(select(catalogue_state.c.epoch, catalogue_state.c.revision)).one()
        return Snapshot(str(revision), state.epoch, state.revision, counts(connection, tables_of(connection)))
