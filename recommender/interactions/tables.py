"""SQL tables of interactions. No address is in them, nor a number that one could be found by after a day."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# Only of citizens who agreed. `counts`: others may learn from it, in what is popular and in the model; the
# citizen's own recommendations use it either way. `day` is the city's day on which it came. `source` is a
# digest of address and day under the installation's key, and goes after a day; `district` goes when the
# conversation in which it was chosen would.
interaction = Table(
    "interaction",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("citizen", String(64), ForeignKey("citizen.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("item_id", Integer, nullable=False),
    Column("type", String(16), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("value", Float),
    Column("district", String(6)),
    Column("day", Date, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("source", String(32)),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("citizen", "event_id"),
    # What a citizen did last, and how much on a day.
    Index("ix_interaction_citizen_occurred", "citizen", "occurred_at"),
    Index("ix_interaction_citizen_day", "citizen", "day"),
    # What is popular, and what a model is trained on.
    Index("ix_interaction_day", "day", "district", "item_id", "citizen"),
    # Who did more than click.
    Index(
        "ix_interaction_vouched",
        "citizen",
        sqlite_where=text("counts = 1 AND origin <> 'client'"),
        postgresql_where=text("counts AND origin <> 'client'"),
    ),
    # Who else came from an address today.
    Index(
        "ix_interaction_source",
        "source",
        "item_id",
        "counts",
        "citizen",
        sqlite_where=text("source IS NOT NULL"),
        postgresql_where=text("source IS NOT NULL"),
    ),
    Index(
        "ix_interaction_sourced_received",
        "received_at",
        sqlite_where=text("source IS NOT NULL"),
        postgresql_where=text("source IS NOT NULL"),
    ),
    Index(
        "ix_interaction_placed_received",
        "received_at",
        sqlite_where=text("district IS NOT NULL"),
        postgresql_where=text("district IS NOT NULL"),
    ),
)

# What newcomers sent from one address on one day: how many they are, how many events. `flooded`: more than
# people do; none of it counts.
interaction_source = Table(
    "interaction_source",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("newcomers", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("flooded", Boolean, nullable=False),
    Column("began", UtcDateTime, nullable=False, index=True),
)

# Of citizens who did not agree, and of items that nobody is linked to: how often on a day, and of nobody. An
# empty district is an unknown one.
interaction_count = Table(
    "interaction_count",
    metadata,
    Column("item_id", Integer, primary_key=True, autoincrement=False),
    Column("district", String(6), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("began", UtcDateTime, nullable=False, index=True),
)
