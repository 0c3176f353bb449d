"""Conversations: transcript, answer log, choices, stored replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("region", sa.String(6)),
        sa.Column("created", _instant(), nullable=False),
        sa.Column("last_seen", _instant(), nullable=False, index=True),
    )
    _create_message()
    _create_answer_log()
    _create_choice_token()
    _create_client_message()


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _conversation(*, index: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey("conversation.id", ondelete="CASCADE")
    return sa.Column("conversation", sa.String(64), key, nullable=False, index=index)


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        _conversation(index=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("created", _instant(), nullable=False, index=True),
    )


def _create_answer_log() -> None:
    op.create_table(
        "answer_log",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("status", sa.String(32), nullable=False, index=True),
        sa.Column("item_id", sa.Integer, index=True),
        sa.Column("aspect", sa.String(32)),
        sa.Column("passage_ids", sa.JSON, nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("step_ms", sa.JSON, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("region", sa.String(6)),
        sa.Column("created", _instant(), nullable=False, index=True),
    )


def _create_choice_token() -> None:
    op.create_table(
        "choice_token",
        sa.Column("token", sa.String(64), primary_key=True),
        _conversation(index=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("target_kind", sa.String(16), nullable=False),
        sa.Column("target_id", sa.Integer, nullable=False),
        sa.Column("aspect", sa.String(32)),
        sa.Column("created", _instant(), nullable=False),
        sa.Column("expires", _instant(), nullable=False, index=True),
    )


def _create_client_message() -> None:
    op.create_table(
        "client_message",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        _conversation(),
        sa.Column("client_message_id", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.JSON),
        sa.Column("created", _instant(), nullable=False, index=True),
        sa.UniqueConstraint("conversation", "client_message_id"),
    )


def downgrade() -> None:
    for table in ("client_message", "choice_token", "answer_log", "message", "conversation"):
        op.drop_table(table)
