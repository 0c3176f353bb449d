"""SQL tables of background jobs and of what is done regularly."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

_OPEN = text("state IN ('queued', 'running')")

# `fence` grows with each claim: whoever writes as an earlier holder is told so. `cancel` is a wish, which the
# holder sees at its next check. `done` of `total` is where the work stands, kept in the same transaction.
job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("params", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("note", String(200), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("most_attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("not_before", UtcDateTime, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Column("unique_key", String(200)),
    Column("actor", String(64), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("started", UtcDateTime),
    Column("finished", UtcDateTime, index=True),
    Column("error", String(64)),
    Column("message", Text),
    Column("result", JSON),
    Index("ix_job_state_not_before_id", "state", "not_before", "id"),
    Index("ix_job_state_id", "state", "id"),
    # One job of a key may be open; any number may have ended.
    Index("uq_job_open_unique_key", "unique_key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
)

# Either every so many seconds, or daily at a time of the city's clock, as in 03:30.
schedule = Table(
    "schedule",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("every_s", Integer),
    Column("daily_at", String(5)),
    Column("next_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime),
)
