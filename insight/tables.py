"""SQL tables of insight: figures by day of the city, which tell of nobody and outlive the answer log.

Rows of one day are replaced together. `CITY` in place of an agency counts every turn, so that a page of all
agencies reads no more rows than a page of one.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, Index, Integer, String, Table

from core.database.metadata import metadata
from core.database.types import UtcDateTime

CITY: Final = ""

# Which days are counted, how many turns they had, and up to when the log was read.
figure_day = Table(
    "figure_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("turns", Integer, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
)

# Turns by how they ended, and what was said of them; a region is empty where none was named.
figure_turn = Table(
    "figure_turn",
    metadata,
    Column("agency", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("region", String(6), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("status", String(32), primary_key=True),
    Column("turns", Integer, nullable=False),
    Column("useful", Integer, nullable=False),
    Column("useless", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_figure_turn_day", figure_turn.c.day)

# The same without regions and outcomes: all agencies side by side.
figure_agency = Table(
    "figure_agency",
    metadata,
    Column("day", Date, primary_key=True),
    Column("agency", String(200), primary_key=True),
    Column("turns", Integer, nullable=False),
    Column("useful", Integer, nullable=False),
    Column("useless", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Turns that were about a service item, whoever's it is.
figure_item = Table(
    "figure_item",
    metadata,
    Column("day", Date, primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("turns", Integer, nullable=False),
    Column("useful", Integer, nullable=False),
    Column("useless", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# How long answers took, as a histogram: the buckets of `insight.histogram`.
figure_time = Table(
    "figure_time",
    metadata,
    Column("agency", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("turns", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_figure_time_day", figure_time.c.day)
