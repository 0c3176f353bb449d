"""SQL tables of ratings. What citizens write is masked; no number of theirs is kept."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# `slot` is what a conversation rates once: a day of its own, or a service item. `agency` is whose the item
# was then, by external id; `day` is the day of the first rating in the city.
rating = Table(
    "rating",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation", String(64), ForeignKey("conversation.id", ondelete="SET NULL")),
    Column("slot", String(32), nullable=False),
    Column("target", String(16), nullable=False),
    Column("item_id", Integer),
    Column("title", String(300)),
    Column("level", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("text", Text),
    Column("region", String(6)),
    Column("channel", String(16), nullable=False),
    Column("agency", String(200)),
    Column("day", Date, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("updated", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("conversation", "slot"),
    # Rates of some days, of all or of one agency.
    Index("ix_rating_day_level", "day", "level"),
    Index("ix_rating_agency_day_level", "agency", "day", "level"),
    # Links that go after a while.
    Index(
        "ix_rating_linked_updated",
        "updated",
        sqlite_where=text("conversation IS NOT NULL"),
        postgresql_where=text("conversation IS NOT NULL"),
    ),
    # Lists, the latest first.
    Index("ix_rating_created_id", "created", "id"),
    Index("ix_rating_agency_created_id", "agency", "created", "id"),
    Index("ix_rating_level_created_id", "level", "created", "id"),
)

# What has to be done about a bad one. Days are those of the city; `agency` is who has it now.
rating_task = Table(
    "rating_task",
    metadata,
    Column("rating_id", String(32), ForeignKey("rating.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("agency", String(200)),
    Column("owner", String(64)),
    Column("opened", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("closed", Date),
    Index("ix_rating_task_state_due_rating_id", "state", "due", "rating_id"),
    Index("ix_rating_task_agency_state_due_rating_id", "agency", "state", "due", "rating_id"),
    Index("ix_rating_task_opened", "opened"),
    Index("ix_rating_task_agency_opened", "agency", "opened"),
)

# What was done about it, by whom; nothing in it is ever changed but `delivery`.
rating_step = Table(
    "rating_step",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("rating_id", String(32), ForeignKey("rating.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("login", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("agency", String(200)),
    Column("how", String(16)),
    Column("outcome", String(16)),
    Column("text", Text),
    Column("delivery", String(16)),
)
