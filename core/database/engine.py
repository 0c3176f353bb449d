"""Opens SQLite or PostgreSQL, and the two kinds of transaction: reading and writing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError

from core.errors import BadInput, Unavailable

BUSY_TIMEOUT_MS = 30_000
_MODE = "weizheng_mode"
_UNKNOWN = object()


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…`; no connection is made yet.

    An SQLite file is made with its folder, both readable by their owner only.

    Raises:
        BadInput: The URL is none of the two.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadInput("DATABASE_URL is not a database URL") from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _open_sqlite(parsed)
    if kind == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise BadInput(f"DATABASE_URL: sqlite or postgresql, not {kind}")


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise BadInput("DATABASE_URL: an SQLite database needs a file")
    _make_private(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: Any, _: Any) -> None:
    # The driver's own idea of when to begin is switched off: `_begin` says it, and how.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # What was acknowledged survives a power cut too.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What is erased is overwritten, not only marked as free.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_MODE)
    if connection.info.pop(_MODE, _UNKNOWN) != mode:
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if mode == 'reading' else 'OFF'}")
    connection.info[_MODE] = mode
    # A transaction that reads first and writes later cannot wait for the lock: it fails at once.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == "writing" else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: all of it is kept at the end, or nothing.

    Raises:
        Unavailable: The database does not answer, stays locked or cannot be written.
    """
    with _transaction(engine, {_MODE: "writing"}) as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads and sees one state of the database.

    Raises:
        Unavailable: The database does not answer, or is asked to write.
    """
    options: dict[str, Any] = {_MODE: "reading"}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _transaction(engine, options) as connection:
        yield connection


def glance(engine: Engine, statement: str) -> tuple[Any, ...] | None:
    """The first row of one statement that reads, without parameters: for what is asked in every request.

    A statement by itself sees one state of the database; what a transaction costs besides is several times
    what a look at one row does.

    Raises:
        Unavailable: The database does not answer.
    """
    driver = engine.dialect.loaded_dbapi
    try:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            row: tuple[Any, ...] | None = cursor.fetchone()
            cursor.close()
            return row
        finally:
            connection.close()
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(error.orig or error) from error
    except (driver.OperationalError, driver.InterfaceError) as error:
        raise _unavailable(error) from error


def _unavailable(error: BaseException) -> Unavailable:
    # The driver's words name no value of a row and no password.
    reason = str(error).partition("\n")[0]
    return Unavailable(f"the database does not answer: {reason}. 数据库暂时不可用。")


@contextmanager
def _transaction(engine: Engine, options: dict[str, Any]) -> Iterator[Connection]:
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(error.orig or error) from error
