"""SQL tables of profiles; what was learned is no table, but read from the interactions."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, String, Table

from core.database.metadata import metadata
from core.database.types import UtcDateTime


def _citizen() -> Column[str]:
    return Column("citizen", String(64), ForeignKey("citizen.id", ondelete="CASCADE"), primary_key=True)


# What a citizen told; no sensitive fact is ever in it.
profile_fact = Table(
    "profile_fact",
    metadata,
    _citizen(),
    Column("name", String(32), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
)

# What a citizen told is happening, in Chinese, such as 出生.
profile_life_event = Table(
    "profile_life_event",
    metadata,
    _citizen(),
    Column("name", String(16), primary_key=True),
    Column("told_at", UtcDateTime, nullable=False),
)

# What a citizen wants to be offered no more: an item by its number as text, or a theme by its name.
dismissal = Table(
    "dismissal",
    metadata,
    _citizen(),
    Column("scope", String(8), primary_key=True),
    Column("target", String(300), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
)

# The name under which an agency speaks of a citizen who gave it: random, and good for nothing else.
citizen_reference = Table(
    "citizen_reference",
    metadata,
    _citizen(),
    Column("reference", String(43), nullable=False, unique=True),
    Column("since", UtcDateTime, nullable=False),
)
