"""Staff: accounts, their sessions and delegations, and the log of what they did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("login", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("agency", sa.String(200), index=True),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", _instant()),
        sa.Column("created", _instant(), nullable=False),
    )
    op.create_table(
        "staff_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        _account("account"),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("created", _instant(), nullable=False),
        sa.Column("last_seen", _instant(), nullable=False, index=True),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer, primary_key=True),
        _account("giver"),
        _account("taker"),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
    )
    _create_audit_entry()


def _create_audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _instant(), nullable=False, index=True),
        sa.Column("actor", sa.String(64), nullable=False, index=True),
        sa.Column("command", sa.String(64), nullable=False, index=True),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False, index=True),
        sa.Column("agency", sa.String(200), index=True),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _account(name: str) -> sa.Column[int]:
    key = sa.ForeignKey("account.id", ondelete="CASCADE")
    return sa.Column(name, sa.Integer, key, nullable=False, index=True)


def downgrade() -> None:
    for table in ("audit_entry", "delegation", "staff_session", "account"):
        op.drop_table(table)
