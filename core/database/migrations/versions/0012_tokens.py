"""Tokens of the agencies' programs, and what their commands were answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_token",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("agency", sa.String(200), nullable=False, index=True),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("expires", sa.Date, nullable=False),
        sa.Column("created", _instant(), nullable=False),
        sa.Column("creator", sa.String(64), nullable=False),
        sa.Column("revoked", _instant()),
        sa.Column("last_used", sa.Date),
    )
    op.create_table(
        "kept_answer",
        sa.Column("token", sa.Integer, _token(), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", _instant(), nullable=False, index=True),
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _token() -> sa.ForeignKey:
    return sa.ForeignKey("agency_token.id", ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("kept_answer")
    op.drop_table("agency_token")
