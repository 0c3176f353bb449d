"""Trained models, their bytes, and which of them serves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recommender_model",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.String(36), nullable=False),
        sa.Column("card", sa.JSON, nullable=False),
        sa.Column("external_ids", sa.JSON),
        sa.Column("size", sa.BigInteger),
        sa.Column("sha256", sa.String(64)),
        sqlite_autoincrement=True,
    )
    foreign = sa.ForeignKey("recommender_model.number", ondelete="CASCADE")
    op.create_table(
        "recommender_model_chunk",
        sa.Column("model", sa.Integer, foreign, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "recommender_in_use",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model", sa.Integer, sa.ForeignKey("recommender_model.number"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for name in ("recommender_in_use", "recommender_model_chunk", "recommender_model"):
        op.drop_table(name)
