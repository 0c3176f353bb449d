"""Writes of one row that may be there already, alike on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, literal
from sqlalchemy.dialects import postgresql, sqlite


def insert_missing(connection: Connection, table: Table, **values: Any) -> bool:
    """Inserts the row, unless there is one with its key; true if it did."""
    statement = _insert(connection, table).values(values).on_conflict_do_nothing()
    # Asked for what was written: the drivers do not agree on the count of rows.
    return connection.execute(statement.returning(literal(1))).first() is not None


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
    statement = _insert(connection, table).values({**once, **values})
    statement = statement.on_conflict_do_update(index_elements=[key], set_=values)
    return connection.execute(statement.returning(column)).scalar_one()


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    # Both have the same methods, but no common base that has them.
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
