"""When a citizen was last here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("citizen", sa.Column("last_seen", sa.DateTime(timezone=True), index=True))
    op.execute("UPDATE citizen SET last_seen = created")


def downgrade() -> None:
    with op.batch_alter_table("citizen") as batch:
        batch.drop_index("ix_citizen_last_seen")
        batch.drop_column("last_seen")
