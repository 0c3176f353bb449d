"""Sensitive words, by agency or for the whole city, and where they were found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "word",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agency", sa.String(200), index=True),
        sa.Column("text", sa.String(100), nullable=False),
        sa.Column("key", sa.String(100), nullable=False, index=True),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("in_action", sa.String(8), nullable=False),
        sa.Column("out_action", sa.String(8), nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "word_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("mark", sa.String(16), nullable=False),
    )
    op.create_table(
        "word_hit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("word", sa.Integer, nullable=False, index=True),
        sa.Column("agency", sa.String(200), index=True),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("answer_id", sa.String(32), nullable=False),
        sa.Column("shown", sa.String(100), nullable=False),
    )


def downgrade() -> None:
    for table in ("word_hit", "word_state", "word"):
        op.drop_table(table)
