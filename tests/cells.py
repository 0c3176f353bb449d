"""Matrices of who may do what: all cells of one in one test, told apart by name where one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine

from core.commands import Denied
from core.database.engine import reading, writing
from tests.tables import TABLES


@contextmanager
def cell(*names: object) -> Iterator[None]:
    """Whatever fails within is told with the cell's name."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"cell: {', '.join(map(str, names))}")
        raise


class Cells:
    """Tries what several people may or may not do, each upon the same rows.

    Args:
        engine: The database.
        rows: Reads the rows that are compared.
    """

    def __init__(self, engine: Engine, rows: Callable[[], Any]) -> None:
        self._engine = engine
        self._rows = rows
        self._kept = _all_rows(engine)
        self._before = rows()
        self.denied = 0
        self.allowed = 0

    def tries(self, may: bool, change: Callable[[], object], *names: object) -> None:
        """Who may changes something, which is put back at once; who may not is denied and changes nothing."""
        with cell(*names):
            if not may:
                with pytest.raises(Denied):
                    change()
                assert self._rows() == self._before
                self.denied += 1
                return
            change()
            assert self._rows() != self._before
            self.allowed += 1
        self.put_back()

    def put_back(self) -> None:
        """Gives every table the rows that it had when this began."""
        with writing(self._engine) as connection:
            for table in reversed(TABLES):
                connection.exec_driver_sql(f"DELETE FROM {table.name}")
            for table in TABLES:
                if self._kept[table.name]:
                    connection.execute(table.insert(), self._kept[table.name])
        assert self._rows() == self._before


def _all_rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with reading(engine) as connection:
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in TABLES
        }
