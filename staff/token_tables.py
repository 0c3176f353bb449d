"""SQL tables of the agencies' programs. No row holds a token as it is sent."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table, Text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# `name` stays taken for ever: the audit log and versions name tokens by it. `expires` is the last day.
agency_token = Table(
    "agency_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("agency", String(200), nullable=False, index=True),
    Column("roles", JSON, nullable=False),
    Column("expires", Date, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("creator", String(64), nullable=False),
    Column("revoked", UtcDateTime),
    Column("last_used", Date),
)

# What a command gave its caller, under the key that it was sent with.
kept_answer = Table(
    "kept_answer",
    metadata,
    Column("token", Integer, ForeignKey("agency_token.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)
