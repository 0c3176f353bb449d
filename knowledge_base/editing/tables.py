"""SQL tables of editing."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table, Text, UniqueConstraint

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# One for each record at most. `base_version` is that of the record that it was written on, 0 of a new one;
# `mark` is another one after each save; `authors` are all who saved; `agency` is an external id.
draft = Table(
    "draft",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("agency", String(200), index=True),
    Column("title", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("base_version", Integer, nullable=False),
    Column("mark", String(16), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("authors", JSON, nullable=False),
    Column("comment", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "external_id"),
)
