"""Questions grouped by meaning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_group",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("title_from", sa.String(32), _answer("SET NULL"), index=True),
        sa.Column("agency", sa.String(200), index=True),
        sa.Column("owner", sa.String(64)),
        sa.Column("due", sa.Date),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("first_seen", _instant(), nullable=False),
        sa.Column("last_seen", _instant(), nullable=False),
    )
    op.create_index("ix_question_group_state_questions_id", "question_group", ["state", "questions", "id"])
    op.create_table(
        "question_part",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("group_id", sa.Integer, _group("CASCADE"), nullable=False, index=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("total", sa.LargeBinary, nullable=False),
        sa.Column("example", sa.String(32), _answer("SET NULL"), index=True),
        sa.Column("point", sa.LargeBinary, nullable=False),
        sa.Column("touched", sa.Integer, nullable=False),
        sa.Column("model", sa.String(64), nullable=False, index=True),
    )
    op.create_table(
        "grouped_question",
        sa.Column("answer_id", sa.String(32), _answer("CASCADE"), primary_key=True),
        sa.Column("group_id", sa.Integer, _group("SET NULL")),
        sa.Column("part_id", sa.Integer, sa.ForeignKey("question_part.id", ondelete="SET NULL"), index=True),
        sa.Column("subject", sa.String(32), index=True),
        sa.Column("at", _instant(), nullable=False),
    )
    op.create_index("ix_grouped_question_group_id_at", "grouped_question", ["group_id", "at", "answer_id"])
    op.create_table(
        "grouping_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("centre", sa.LargeBinary, nullable=False),
        sa.Column("answers_seen", _instant()),
        sa.Column("opinions_seen", _instant()),
        sa.Column("next_part", sa.Integer, nullable=False),
        sa.Column("next_group", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("untidied", sa.Integer, nullable=False),
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _answer(then: str) -> sa.ForeignKey:
    return sa.ForeignKey("answer_log.id", ondelete=then)


def _group(then: str) -> sa.ForeignKey:
    return sa.ForeignKey("question_group.id", ondelete=then)


def downgrade() -> None:
    for name in ("grouping_state", "grouped_question", "question_part", "question_group"):
        op.drop_table(name)
