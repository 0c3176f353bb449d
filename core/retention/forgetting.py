"""Lets go what is due: rule by rule, in batches that are transactions of their own, harmless to break off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine

from core.retention.models import RetentionRule

# Rows of a transaction: SQLite has one writer, and citizens' turns wait for it.
BATCH: Final = 2000
Noted = Callable[[Connection, str, int], None]


def forget_all(
    engine: Engine,
    rules: Iterable[RetentionRule],
    at: datetime,
    *,
    note: Noted | None = None,
    check: Callable[[RetentionRule, int], None] | None = None,
    batch: int = BATCH,
) -> dict[str, int]:
    """Lets go what is due at an instant.

    Args:
        rules: In this order: what refers to something goes before it.
        note: Told of each batch within its transaction: the rule's name and the rows that went.
        check: Called before each batch, with the rule and all rows that have gone so far; what it raises
            ends the run.

    Returns: Rows that went, by the names of the rules.

    Raises:
        Unavailable: The database does not answer.
    """
    gone: dict[str, int] = {}
    for rule in rules:
        gone[rule.name] = 0

        def noted(connection: Connection, rows: int, name: str = rule.name) -> None:
            if note is not None:
                note(connection, name, rows)

        while rule.is_due(engine, at):
            if check is not None:
                check(rule, sum(gone.values()))
            rows = rule.forget(engine, at, min(batch, rule.most or batch), noted)
            if rows == 0:
                # Written to since it was looked at; if it is still due the next run takes it.
                break
            gone[rule.name] += rows
    return gone
