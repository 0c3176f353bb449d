"""What answers quoted, and who wants to hear more of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_source",
        sa.Column("answer_id", sa.String(32), _of("answer_log"), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("record_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_answer_source_record", "answer_source", ["kind", "record_id", "version"])
    op.create_table(
        "followup",
        sa.Column("answer_id", sa.String(32), _of("answer_log"), primary_key=True),
        sa.Column("citizen", sa.String(64), _of("citizen"), nullable=False, index=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, index=True),
    )


def _of(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("followup")
    op.drop_table("answer_source")
