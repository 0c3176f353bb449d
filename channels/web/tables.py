"""SQL tables of the inbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

import core.citizens.tables  # noqa: F401 - the table of citizens is referred to by its name
from core.database.metadata import metadata
from core.database.types import UtcDateTime


def _citizen(**options: Any) -> Column[str]:
    return Column(
        "citizen", String(64), ForeignKey("citizen.id", ondelete="CASCADE"), nullable=False, **options
    )


# One row: the last number that a notice got.
notice_state = Table(
    "notice_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)

# Numbers are taken from `notice_state`: they become visible in order, so that a stream goes on after one.
notice = Table(
    "notice",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    _citizen(),
    Column("kind", String(16), nullable=False),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("url", String(1000)),
    Column("why", String(300), nullable=False),
    Column("dedup_key", String(200), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False, index=True),
    Column("read_at", UtcDateTime),
    UniqueConstraint("citizen", "dedup_key"),
)
Index("ix_notice_citizen_number", notice.c.citizen, notice.c.number)

# What a citizen wants no more of: a kind, or `all`.
notice_stop = Table(
    "notice_stop",
    metadata,
    _citizen(primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)
