"""The citizens' inbox, what they have stopped, and what they subscribe to."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.database.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _citizen(**options: Any) -> sa.Column[str]:
    return sa.Column(
        "citizen", sa.String(64), sa.ForeignKey("citizen.id", ondelete="CASCADE"), nullable=False, **options
    )


def upgrade() -> None:
    # The words of version 1 said that these two were not done yet: whoever agreed then is asked again.
    op.execute(
        "UPDATE consent SET withdrawn_at = CURRENT_TIMESTAMP WHERE notice_version = '1'"
        " AND purpose IN ('push_web', 'followup_notice') AND withdrawn_at IS NULL"
    )
    op.create_table(
        "notice_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        _citizen(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("url", sa.String(1000)),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("dedup_key", sa.String(200), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False, index=True),
        sa.Column("read_at", UtcDateTime),
        sa.UniqueConstraint("citizen", "dedup_key"),
    )
    op.create_index("ix_notice_citizen_number", "notice", ["citizen", "number"])
    op.create_table(
        "notice_stop",
        _citizen(primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("since", UtcDateTime, nullable=False),
    )
    op.create_table(
        "subscription",
        _citizen(primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("target", sa.String(200), primary_key=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
    )
    op.create_index("ix_subscription_target", "subscription", ["kind", "target"])


def downgrade() -> None:
    for table in ("subscription", "notice_stop", "notice", "notice_state"):
        op.drop_table(table)
