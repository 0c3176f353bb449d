"""Term list and fixed answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "term",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_table(
        "pin",
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("question", sa.String(300), nullable=False, index=True),
        sa.Column("payload", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("pin", "term"):
        op.drop_table(table)
