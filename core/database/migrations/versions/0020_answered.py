"""What answers a group of questions, and why one was put aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question_group", sa.Column("answered_kind", sa.String(10)))
    op.add_column("question_group", sa.Column("answered_by", sa.String(200)))
    op.add_column("question_group", sa.Column("reason", sa.String(500)))


def downgrade() -> None:
    with op.batch_alter_table("question_group") as table:
        for name in ("reason", "answered_by", "answered_kind"):
            table.drop_column(name)
