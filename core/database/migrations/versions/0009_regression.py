"""Questions that are asked before a publication, what came of them; and publication at a set hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("publish_at", _instant()))
    op.add_column("draft", sa.Column("approved_by", sa.String(64)))
    op.create_index("ix_draft_publish_at", "draft", ["publish_at"])
    op.create_table(
        "regression_question",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agency", sa.String(200), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("region", sa.String(6), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("kind", sa.String(10)),
        sa.Column("external_id", sa.String(200)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        sa.UniqueConstraint("agency", "key", "region"),
    )
    op.create_table(
        "regression_run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("mark", sa.String(16), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("right_before", sa.Integer, nullable=False),
        sa.Column("right_after", sa.Integer, nullable=False),
        sa.Column("newly_wrong", sa.Integer, nullable=False),
        sa.Column("results", sa.JSON, nullable=False),
    )
    op.create_index("regression_run_draft", "regression_run", ["kind", "external_id", "mark"])


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def downgrade() -> None:
    op.drop_table("regression_run")
    op.drop_table("regression_question")
    op.drop_index("ix_draft_publish_at", "draft")
    op.drop_column("draft", "approved_by")
    op.drop_column("draft", "publish_at")
