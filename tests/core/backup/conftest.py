"""A backup's surroundings: a time, a private folder, rows for every table, conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Table,
    delete,
    insert,
    select,
)
from sqlalchemy.types import TypeDecorator

from core.answering import AnswerStatus
from core.backup import archive
from core.backup.making import Contents, make
from core.backup.manifest import Manifest
from core.catalogue.tables import catalogue_state
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import Clock, FixedClock
from core.database.engine import reading, writing
from tests.tables import TABLES

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
# What a citizen is called in a table that refers to citizens by no foreign key.
CITIZEN_OF = {("answer_log", "citizen"): "cit"}


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir(mode=0o700)
    return folder


def _value(table: Table, column: Column[Any], number: int) -> Any:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    for key in column.foreign_keys:
        return _value(key.column.table, key.column, number)
    if isinstance(kind, DateTime):
        return NOW + timedelta(hours=number)
    values: dict[type[Any], Any] = {
        Integer: number,
        Float: number + 0.5,
        Boolean: number == 1,
        Date: date(2026, 3, number),
        JSON: {"words": ["字", number], "none": None},
        LargeBinary: bytes([0, 255, number]),
    }
    for known, value in values.items():
        if isinstance(kind, known):
            return value
    return f"{CITIZEN_OF.get((table.name, column.name), table.name[:3])}{number}"


@pytest.fixture
def fill() -> Callable[[Engine], None]:
    """Writes two rows into every table there is, with a value in every column; one into that of one row."""

    def _fill(engine: Engine) -> None:
        with writing(engine) as connection:
            connection.execute(delete(catalogue_state))
            for table in TABLES:
                counter = table is catalogue_state
                rows = [
                    {column.name: _value(table, column, number) for column in table.columns}
                    for number in ((1,) if counter else (1, 2))
                ]
                connection.execute(insert(table), rows)

    return _fill


@pytest.fixture
def rows_of() -> Callable[[Engine], dict[str, list[dict[str, Any]]]]:
    """Every row of every table, typed as the code reads it."""

    def _rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
        with reading(engine) as connection:
            return {
                table.name: [
                    {name: _in_utc(value) for name, value in row.items()}
                    for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
                ]
                for table in TABLES
            }

    return _rows


def _in_utc(value: Any) -> Any:
    # The catalogue's own columns come back without a zone from SQLite.
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


@pytest.fixture
def converse(clock: FixedClock) -> Callable[[Engine, str], None]:
    """One turn of a citizen."""

    def _converse(engine: Engine, citizen: str) -> None:
        Turns(engine, clock).save(
            Turn(
                conversation=citizen,
                answer=LoggedAnswer(id=new_id(), question=f"{citizen}的话", status=AnswerStatus.CLARIFY),
                messages=[
                    StoredMessage(new_id(), "citizen", "text", {"text": f"{citizen}的话"}, clock.now()),
                ],
            )
        )

    return _converse


@pytest.fixture
def back_up(tmp_path: Path, scratch: Path) -> Callable[..., Path]:
    """Makes a backup of a database; the file."""

    def _back_up(engine: Engine, clock: Clock, **contents: Any) -> Path:
        target = tmp_path / f"backup-{new_id()}.tar"
        make(engine, target, scratch, Contents("0.1.0", **contents), clock, silent)
        return target

    return _back_up


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    """Writes an archive of any parts, with a manifest that describes them."""

    def _pack(parts: dict[str, bytes], **changed: Any) -> Path:
        values: dict[str, Any] = {
            "format": 1,
            "program": "0.1.0",
            "schema_revision": "0005",
            "epoch": "e",
            "revision": 1,
            "created": NOW,
            "vectors": True,
            "rows": {},
            "parts": {name: archive.describe(part) for name, part in parts.items()},
        }
        target = tmp_path / f"packed-{new_id()}.tar"
        archive.write(target, Manifest(**{**values, **changed}), parts, silent)
        return target

    return _pack
