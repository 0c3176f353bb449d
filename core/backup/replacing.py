"""Puts all rows of a snapshot in the place of a database's rows, in one transaction, while others read on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, delete, event, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError

from core.backup.archive import OnProgress
from core.backup.numbers import last_numbers, raise_numbers
from core.backup.snapshot import opened
from core.backup.tables import VECTORS, copy_rows, quoted, rows_in_batches, same_columns, tables_of
from core.citizens.tables import erased, erasure
from core.database.engine import open_engine, reading, writing
from core.errors import BadInput, Unavailable

# Shorter than the second after which PostgreSQL looks for a deadlock and may end a citizen's transaction.
_LOCK_MS: Final = 500
_TRIES: Final = 120
# PostgreSQL's codes for a lock that was not to be had in time, and for a deadlock.
_HELD: Final = frozenset({"55P03", "40P01"})
# Kept from the database that is replaced: what was asked to be erased since stays asked for, and done.
KEPT: Final = (erasure, erased)
Check = Callable[[Connection], None]


def replace_all(engine: Engine, snapshot: Path, check: Check, on_progress: OnProgress) -> None:
    """Replaces every row by those of the snapshot, or, on an error or a kill, none.

    Vectors are added, and none is taken away: each is right under its key. They come first, in small
    transactions, so that writers wait for the rest only.

    Args:
        engine: A database with this version's tables.
        snapshot: An SQLite file with the same tables.
        check: Called within the transaction, when nobody else can write and before anything is changed.
        on_progress: Called with tables done and all tables.

    Raises:
        BadInput: The snapshot has other tables.
        Unavailable: The database does not answer, or others did not let go of it.
    """
    with opened(snapshot) as copy, reading(copy) as source, reading(engine) as present:
        if not same_columns(tables_of(present), tables_of(source)):
            raise BadInput("the backup's tables are not those of this version. 备份与当前版本不符。")
    if engine.dialect.name == "sqlite":
        _replace_sqlite(engine, snapshot, check, on_progress)
    else:
        _replace_postgres(engine, snapshot, check, on_progress)


def _replace_sqlite(engine: Engine, snapshot: Path, check: Check, on_progress: OnProgress) -> None:
    # An engine of its own: a file can only be attached outside a transaction.
    attached = open_engine(engine.url.render_as_string(hide_password=False))
    event.listen(attached, "connect", _attach(snapshot))
    try:
        _add_vectors_sqlite(attached)
        with writing(attached) as connection:
            check(connection)
            with _kept(connection):
                _replace_rows(connection, lambda table: _copy_attached(connection, table), on_progress)
                found = connection.execute(text("SELECT name, seq FROM snapshot.sqlite_sequence"))
                raise_numbers(connection, {row.name: row.seq for row in found})
    finally:
        attached.dispose()


def _attach(snapshot: Path) -> Callable[[Any, Any], None]:
    def attach(connection: Any, _: Any) -> None:
        connection.execute("ATTACH DATABASE ? AS snapshot", (str(snapshot),))

    return attach


def _copy_attached(connection: Connection, table: Table) -> None:
    columns = quoted([column.name for column in table.columns])
    # Names of our own schema: nothing in a backup can choose them.
    into = f'INSERT INTO main."{table.name}" ({columns})'
    connection.execute(text(f'{into} SELECT {columns} FROM snapshot."{table.name}"'))  # noqa: S608


def _add_vectors_sqlite(engine: Engine, size: int = 2000) -> None:
    last = 0
    while True:
        with writing(engine) as connection:
            rows = connection.execute(
                text(
                    "SELECT rowid FROM snapshot.vector_cache WHERE rowid > :last ORDER BY rowid LIMIT :size"
                ),
                {"last": last, "size": size},
            )
            numbers = rows.scalars().all()
            if not numbers:
                return
            between = {"first": numbers[0], "last": numbers[-1]}
            connection.execute(
                text(
                    "INSERT OR IGNORE INTO main.vector_cache (text_hash, model_digest, dtype, vector)"
                    " SELECT text_hash, model_digest, dtype, vector"
                    " FROM snapshot.vector_cache WHERE rowid BETWEEN :first AND :last"
                ),
                between,
            )
            last = numbers[-1]


def _replace_postgres(engine: Engine, snapshot: Path, check: Check, on_progress: OnProgress) -> None:
    with opened(snapshot) as copy, reading(copy) as source:
        _add_vectors_postgres(engine, source)
        numbers = last_numbers(source)
        with _locked(engine) as connection:
            check(connection)
            with _kept(connection):
                _replace_rows(connection, lambda table: copy_rows(source, connection, table), on_progress)
                raise_numbers(connection, _higher(numbers, last_numbers(connection)))


def _higher(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {*one, *other}}


def _add_vectors_postgres(engine: Engine, source: Connection) -> None:
    (table,) = (table for table in tables_of(source) if table.name == VECTORS)
    for rows in rows_in_batches(source, table):
        with writing(engine) as connection:
            connection.execute(postgresql.insert(table).on_conflict_do_nothing(), rows)


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    """A transaction beside which nobody writes; readers go on and see the state before it.

    Raises:
        Unavailable: Somebody kept writing in one transaction all the time.
    """
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                _lock(connection)
                yield connection
                return
        except _Busy:
            time.sleep(0.1)
    raise Unavailable("the database was busy all the time: try again. 数据库繁忙，请稍后再试。")


class _Busy(Exception):
    """Another transaction holds what is wanted."""


def _lock(connection: Connection) -> None:
    names = quoted([table.name for table in tables_of(connection)])
    connection.execute(text(f"SET LOCAL lock_timeout = {_LOCK_MS}"))
    try:
        connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") in _HELD:
            raise _Busy from None
        raise
    connection.execute(text("SET LOCAL lock_timeout = 0"))


@contextmanager
def _kept(connection: Connection) -> Iterator[None]:
    """Rows of `KEPT` are there again at the end, in place of what the snapshot says under their key."""
    kept = {table: connection.execute(select(table)).mappings().all() for table in KEPT}
    yield
    for table, rows in kept.items():
        (key,) = table.primary_key
        for row in rows:
            connection.execute(delete(table).where(key == row[key.name]))
            connection.execute(insert(table).values(dict(row)))


def _replace_rows(connection: Connection, copy: Callable[[Table], None], on_progress: OnProgress) -> None:
    tables = [table for table in tables_of(connection) if table.name != VECTORS]
    for table in reversed(tables):
        connection.execute(delete(table))
    for done, table in enumerate(tables):
        copy(table)
        on_progress(done + 1, len(tables))
