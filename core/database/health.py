"""Whether the database lets itself be written to: a read says nothing of a lock that somebody holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final
from urllib.parse import quote

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Unavailable

PATIENCE_S: Final = 0.8
LOCKED: Final = "the database is locked"


def check_writable(engine: Engine, patience_s: float = PATIENCE_S) -> None:
    """Takes the right to write and gives it back; writes nothing.

    Raises:
        Unavailable: Somebody else has held it for `patience_s`, or the database cannot be written at all.
    """
    if engine.dialect.name == "sqlite":
        _check_sqlite(str(engine.url.database), patience_s)
    else:
        _check_server(engine)


def _check_sqlite(path: str, patience_s: float) -> None:
    # A connection of its own: those of the engine wait for as long as a citizen would.
    address = f"file:{quote(path)}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=patience_s, isolation_level=None)) as own:
            own.execute("BEGIN IMMEDIATE")
            own.execute("ROLLBACK")
    except sqlite3.Error as error:
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise Unavailable(LOCKED if busy else f"sqlite: {error}") from error


def _check_server(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one()
    except SQLAlchemyError as error:
        raise Unavailable(f"database: {type(error).__name__}") from error
    if read_only == "on":
        raise Unavailable("the database is read-only")
