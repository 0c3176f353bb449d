"""Which documents replace or explain which others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_link",
        sa.Column("external_id", sa.String(200), primary_key=True),
        sa.Column("relation", sa.String(20), primary_key=True),
        sa.Column("target", sa.String(200), primary_key=True, index=True),
    )


def downgrade() -> None:
    op.drop_table("document_link")
