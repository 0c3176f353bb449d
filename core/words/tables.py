"""SQL tables of sensitive words. No row holds what a citizen said beyond the masked word that was found."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# `agency` is an external id, none is the whole city; `key` is the form in which the word is looked for.
word = Table(
    "word",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agency", String(200), index=True),
    Column("text", String(100), nullable=False),
    Column("key", String(100), nullable=False, index=True),
    Column("scope", String(8), nullable=False),
    Column("in_action", String(8), nullable=False),
    Column("out_action", String(8), nullable=False),
    Column("reply", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

# One row, from the first change on; its mark is another one after each.
word_state = Table(
    "word_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mark", String(16), nullable=False),
)

# `word` outlives the word itself; `shown` is what was found, masked but for its first character.
word_hit = Table(
    "word_hit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("word", Integer, nullable=False, index=True),
    Column("agency", String(200), index=True),
    Column("scope", String(8), nullable=False),
    Column("action", String(8), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("answer_id", String(32), nullable=False),
    Column("shown", String(100), nullable=False),
)
