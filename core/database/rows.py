"""Writes of rows that may be there already, alike on both databases.

Statements are put together once: for a turn's record that took longer than writing it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table, literal
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(connection: Connection, table: Table, **values: Any) -> bool:
    """Inserts the row, unless there is one with its key; true if it did."""
    # Asked for what was written: the drivers do not agree on the count of rows.
    statement = _missing(connection.dialect.name, table, tells=True)
    return connection.execute(statement, values).first() is not None


def insert_all_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts those of the rows with whose key there is none; all have the same columns."""
    if rows:
        connection.execute(_missing(connection.dialect.name, table, tells=False), rows)


def put(connection: Connection, table: Table, key: str, **values: Any) -> None:
    """Inserts the row, or, where there is one with its `key`, writes the values into that one."""
    rest = {name: value for name, value in values.items() if name != key}
    put_returning(connection, table, key, {key: values[key]}, rest, table.c[key])


def put_returning(
    connection: Connection,
    table: Table,
    key: str,
    once: Mapping[str, Any],
    values: Mapping[str, Any],
    column: Column[Any],
) -> Any:
    """As `put`, of which `once` is written only where there is no row yet; what then stands in a column."""
    statement = _written_over(connection.dialect.name, table, key, tuple(values), column)
    return connection.execute(statement, {**once, **values}).scalar_one()


@lru_cache(maxsize=64)
def _missing(dialect: str, table: Table, *, tells: bool) -> Executable:
    statement = insert_into(dialect, table).on_conflict_do_nothing()
    return statement.returning(literal(1)) if tells else statement


@lru_cache(maxsize=64)
def _written_over(
    dialect: str, table: Table, key: str, names: tuple[str, ...], column: Column[Any]
) -> Executable:
    statement = insert_into(dialect, table)
    new = {name: statement.excluded[name] for name in names}
    return statement.on_conflict_do_update(index_elements=[key], set_=new).returning(column)


def insert_for(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what becomes of a row whose key is taken."""
    return insert_into(connection.dialect.name, table)


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same by the name of the dialect, for a statement that is put together once."""
    # Both have the same methods, but no common base that has them.
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
