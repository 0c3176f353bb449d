"""Citizens: consents, feedback, erasures; districts of choices, and which answer a message belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("answer_id", sa.String(32), index=True))
    op.add_column("answer_log", sa.Column("citizen", sa.String(64), index=True))
    op.add_column("choice_token", sa.Column("region", sa.String(6)))
    op.create_table(
        "citizen",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created", _instant(), nullable=False),
    )
    _create_consent()
    _create_feedback()
    op.create_table(
        "erasure",
        sa.Column("citizen", sa.String(64), primary_key=True),
        sa.Column("requested", _instant(), nullable=False),
        sa.Column("erased", _instant()),
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _create_consent() -> None:
    key = sa.ForeignKey("citizen.id", ondelete="CASCADE")
    op.create_table(
        "consent",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("citizen", sa.String(64), key, nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("notice_version", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("given_at", _instant(), nullable=False),
        sa.Column("withdrawn_at", _instant()),
    )
    op.create_index("ix_consent_citizen", "consent", ["citizen"])
    in_force = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_consent_in_force",
        "consent",
        ["citizen", "purpose"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def _create_feedback() -> None:
    key = sa.ForeignKey("conversation.id", ondelete="SET NULL")
    op.create_table(
        "feedback",
        sa.Column("answer_id", sa.String(32), primary_key=True),
        sa.Column("conversation", sa.String(64), key, index=True),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("text", sa.Text),
        sa.Column("updated", _instant(), nullable=False, index=True),
    )


def downgrade() -> None:
    for table in ("erasure", "feedback", "consent", "citizen"):
        op.drop_table(table)
    for table, column in (("choice_token", "region"), ("answer_log", "citizen"), ("message", "answer_id")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
