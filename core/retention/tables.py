"""SQL table of the runs of retention."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# `gone` is rows by the name of their rule, written together with each batch: without `ended` a run goes on,
# or was stopped on its way, and what it had taken until then stands there. `total` is the sum.
retention_run = Table(
    "retention_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("actor", String(64), nullable=False),
    Column("began", UtcDateTime, nullable=False, index=True),
    Column("ended", UtcDateTime),
    Column("total", Integer, nullable=False, index=True),
    Column("gone", JSON, nullable=False),
)
