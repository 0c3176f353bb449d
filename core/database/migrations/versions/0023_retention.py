"""The log of what retention took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("total", sa.Integer, nullable=False, index=True),
        sa.Column("gone", sa.JSON, nullable=False),
    )
    linked = sa.text("conversation IS NOT NULL")
    op.create_index(
        "ix_feedback_linked_updated", "feedback", ["updated"], sqlite_where=linked, postgresql_where=linked
    )


def downgrade() -> None:
    op.drop_index("ix_feedback_linked_updated", "feedback")
    op.drop_table("retention_run")
