"""The second factor of staff: secrets, recovery codes, and sessions that still lack a code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("account", sa.Integer, _account(), primary_key=True),
        sa.Column("sealed", sa.String(200), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("begun", _instant(), nullable=False),
        sa.Column("confirmed", _instant()),
        sa.Column("last_step", sa.Integer, nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account", sa.Integer, _account(), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
    )
    op.create_table(
        "half_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.Integer, _account(), nullable=False, index=True),
        sa.Column("created", _instant(), nullable=False, index=True),
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _account() -> sa.ForeignKey:
    return sa.ForeignKey("account.id", ondelete="CASCADE")


def downgrade() -> None:
    for table in ("half_session", "recovery_code", "second_factor"):
        op.drop_table(table)
