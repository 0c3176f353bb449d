"""Numbers that a database gave to rows: none is ever given twice, also not after the row has gone."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, select, text

from core.backup.tables import tables_of

_COUNTED = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'"


def last_numbers(connection: Connection) -> dict[str, int]:
    """The last number given out, for each table that the database counts for."""
    if connection.dialect.name == "sqlite":
        if not _counted(connection):
            return {}
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {row.name: row.seq for row in rows}
    statement = text("SELECT pg_sequence_last_value(CAST(:name AS regclass))")
    found = {
        table.name: connection.execute(statement, {"name": sequence}).scalar_one()
        for table, sequence in _sequences(connection)
    }
    return {name: number for name, number in found.items() if number is not None}


def raise_numbers(connection: Connection, least: Mapping[str, int]) -> None:
    """Goes on counting above these numbers, and above those of all rows."""
    if connection.dialect.name == "sqlite":
        _raise_sqlite(connection, least)
        return
    for table, sequence in _sequences(connection):
        (key,) = table.primary_key
        highest = connection.execute(select(func.max(key))).scalar() or 0
        # Not undone by a rollback, and harmless then: some numbers are never used.
        number = max(highest, least.get(table.name, 0))
        if number:
            connection.execute(
                text("SELECT setval(CAST(:name AS regclass), :number)"), {"name": sequence, "number": number}
            )


def _raise_sqlite(connection: Connection, least: Mapping[str, int]) -> None:
    for name in _counted(connection) & set(least):
        values = {"name": name, "least": least[name]}
        found = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), values)
        known = found.scalar()
        if known is None:
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :least)"), values)
        elif known < least[name]:
            connection.execute(text("UPDATE sqlite_sequence SET seq = :least WHERE name = :name"), values)


def _counted(connection: Connection) -> set[str]:
    return set(connection.execute(text(_COUNTED)).scalars())


def _sequences(connection: Connection) -> list[tuple[Table, str]]:
    """Tables with a number as their key, and the sequence it comes from."""
    found = []
    for table in tables_of(connection):
        if len(table.primary_key) == 1:
            (key,) = table.primary_key
            owned = func.pg_get_serial_sequence(f'"{table.name}"', key.name)
            if name := connection.execute(select(owned)).scalar():
                found.append((table, str(name)))
    return found
