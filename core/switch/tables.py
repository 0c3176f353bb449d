"""SQL table of the off switch."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# A row for what is off, none for what is on. What was before is in the audit log.
assistant_off = Table(
    "assistant_off",
    metadata,
    Column("outlet", String(16), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("actor", String(64), nullable=False),
)
