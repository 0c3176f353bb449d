"""The one-row counter of changes: its next number is taken inside the transaction that makes the change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, select, update

from core.catalogue.tables import catalogue_state
from core.database.engine import writing


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """A transaction that changes the catalogue.

    The counter's row is locked before anything is read, so that writers follow one another on every database,
    and numbers become visible in order.
    """
    with writing(engine) as connection:
        connection.execute(select(catalogue_state.c.revision).with_for_update())
        yield connection


def next_revision(connection: Connection) -> int:
    """Takes the next number."""
    statement = (
        update(catalogue_state)
        .values(revision=catalogue_state.c.revision + 1)
        .returning(catalogue_state.c.revision)
    )
    return int(connection.execute(statement).scalar_one())
