"""Figures of what was asked, by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure_day",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "figure_turn",
        sa.Column("agency", sa.String(200), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("region", sa.String(6), primary_key=True),
        sa.Column("channel", sa.String(16), primary_key=True),
        sa.Column("status", sa.String(32), primary_key=True),
        *_counts("turns", "useful", "useless"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_figure_turn_day", "figure_turn", ["day"])
    op.create_table(
        "figure_agency",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("agency", sa.String(200), primary_key=True),
        *_counts("turns", "useful", "useless"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_item",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("item", sa.Integer, primary_key=True, autoincrement=False),
        *_counts("turns", "useful", "useless"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_time",
        sa.Column("agency", sa.String(200), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        *_counts("turns"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_figure_time_day", "figure_time", ["day"])


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def downgrade() -> None:
    for name in ("figure_time", "figure_item", "figure_agency", "figure_turn", "figure_day"):
        op.drop_table(name)
