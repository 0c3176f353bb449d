"""Tables as a database has them, found by looking: none is forgotten, an older schema is no trouble."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import JSON, Connection, DateTime, Engine, MetaData, Table, event, func, insert, select

from core.database.engine import open_engine, writing
from core.database.migrate import migrate
from core.database.types import UtcDateTime

VERSIONS: Final = "alembic_version"
# Content-addressed: a row is right in every database, and costs an embedding to make again.
VECTORS: Final = "vector_cache"
# Who was signed in signs in again: a session that has been ended must not come back.
SESSIONS: Final = ("staff_session", "half_session")
BATCH: Final = 500


def tables_of(connection: Connection) -> list[Table]:
    """Every table but that of the schema's version; one that others refer to comes before them.

    Types are those that both databases share, so that rows of one can be written into the other.
    """
    found = MetaData()
    event.listen(found, "column_reflect", _share_type)
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSIONS]


def _share_type(_: Any, __: str, column: dict[str, Any]) -> None:
    shared = column["type"].as_generic()
    if isinstance(shared, DateTime):
        # SQLite forgets that instants are in UTC.
        shared = UtcDateTime()
    elif isinstance(shared, JSON):
        shared = JSON(none_as_null=True)
    column["type"] = shared


def counts(connection: Connection, tables: Sequence[Table]) -> dict[str, int]:
    """Number of rows of each table."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables
    }


def rows_in_batches(
    connection: Connection, table: Table, size: int = BATCH
) -> Iterator[list[dict[str, Any]]]:
    """All rows, read as they are asked for: never more than a batch in memory."""
    streamed = connection.execution_options(stream_results=True, yield_per=size)
    result = streamed.execute(select(table).order_by(*table.primary_key)).mappings()
    for rows in result.partitions(size):
        yield [dict(row) for row in rows]


def copy_rows(source: Connection, target: Connection, table: Table) -> None:
    """Writes all rows of a table into the table of that name in another database."""
    for rows in rows_in_batches(source, table):
        target.execute(insert(table), rows)


def new_database(path: Path, revision: str) -> Engine:
    """An SQLite database with the tables of a revision, and no row in any of them.

    Raises:
        SchemaOutdated: This program does not know the revision.
    """
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine, revision)
    with writing(engine) as connection:
        # Migrations write first rows of their own.
        for table in reversed(tables_of(connection)):
            connection.execute(table.delete())
    return engine


def quoted(names: Sequence[str]) -> str:
    """Column names for a statement; they come from our own migrations, and hold no quotation marks."""
    return ", ".join(f'"{name}"' for name in names)


def same_columns(ours: Sequence[Table], theirs: Sequence[Table]) -> bool:
    """Whether two databases have the same tables with the same columns."""
    return _shape(ours) == _shape(theirs)


def _shape(tables: Sequence[Table]) -> Mapping[str, frozenset[str]]:
    return {table.name: frozenset(column.name for column in table.columns) for table in tables}
