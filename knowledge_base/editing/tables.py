"""SQL tables of editing."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# One for each record at most. `base_version` is that of the record that it was written on, 0 of a new one;
# `mark` is another one after each save; `authors` are all who saved; `agency` is an external id. A draft that
# waits for its hour has `publish_at` and who approved it.
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
    Column("publish_at", UtcDateTime, index=True),
    Column("approved_by", String(64)),
    UniqueConstraint("kind", "external_id"),
)
# Questions of an agency (empty: of none), each with what the answer to it has to be.
regression_question = Table(
    "regression_question",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agency", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("region", String(6), nullable=False),
    Column("question", Text, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("kind", String(10)),
    Column("external_id", String(200)),
    Column("words", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("agency", "key", "region"),
)
# What came of an agency's questions with a draft as if it were published; `results` is for people to read.
regression_run = Table(
    "regression_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("mark", String(16), nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("right_before", Integer, nullable=False),
    Column("right_after", Integer, nullable=False),
    Column("newly_wrong", Integer, nullable=False),
    Column("results", JSON, nullable=False),
    Index("regression_run_draft", "kind", "external_id", "mark"),
)
