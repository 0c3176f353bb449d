"""SQL tables of staff. No row holds a password or a token as it is typed or sent."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, String, Table, Text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# `login` is folded; `failures` are attempts to sign in since the last that worked.
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("password", String(200), nullable=False),
    Column("agency", String(200), index=True),
    Column("roles", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcDateTime),
    Column("created", UtcDateTime, nullable=False),
)


def _account_column(name: str) -> Column[int]:
    return Column(name, Integer, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True)


staff_session = Table(
    "staff_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    _account_column("account"),
    Column("form_token", String(64), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False, index=True),
)

# Both days belong to it.
delegation = Table(
    "delegation",
    metadata,
    Column("id", Integer, primary_key=True),
    _account_column("giver"),
    _account_column("taker"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
)

# Written to at its end only. `digest` covers the row and the digest before it.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("actor", String(64), nullable=False, index=True),
    Column("command", String(64), nullable=False, index=True),
    Column("subject_kind", String(32), nullable=False),
    Column("subject_id", String(200), nullable=False, index=True),
    Column("agency", String(200), index=True),
    Column("details", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)
