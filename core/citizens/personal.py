"""What is stored about a citizen, in parts: each knows how to show and how to erase its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Table, select


class PersonalData(Protocol):
    """One part. The composition root lists them all; whatever stores something new adds its own.

    Attributes:
        name: Its key in the export.
        tables: SQL tables whose rows about citizens it answers for.
    """

    @property
    def name(self) -> str: ...

    @property
    def tables(self) -> frozenset[str]: ...

    def export(self, citizen: str) -> dict[str, Any]:
        """Everything it holds about the citizen; instants as datetimes, else plain JSON. Blocks.

        Raises:
            Unavailable: What it is kept in does not answer.
        """
        ...

    def erase(self, citizen: str) -> None:
        """Forgets it, at once or not at all; nothing happens where there is nothing. Blocks.

        Raises:
            Unavailable: What it is kept in does not answer.
        """
        ...


def export_all(parts: Sequence[PersonalData], citizen: str) -> dict[str, dict[str, Any]]:
    """What all parts hold about the citizen, by their names."""
    return {part.name: part.export(citizen) for part in parts}


def rows_of(connection: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Rows as an export shows them: every column by its name."""
    rows = connection.execute(select(table).where(condition).order_by(*table.primary_key)).mappings()
    return [dict(row) for row in rows]
