"""When a record was quoted, and corrections of answers that quoted what has changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_RECORDS = ("document", "service_item")
_LOGGED = "(SELECT created FROM answer_log WHERE answer_log.id = answer_source.answer_id)"


def upgrade() -> None:
    op.drop_index("ix_answer_source_record", "answer_source")
    op.add_column("answer_source", sa.Column("at", _instant()))
    op.execute(f"UPDATE answer_source SET at = {_LOGGED}")  # noqa: S608 - of constants alone
    with op.batch_alter_table("answer_source") as batch:
        batch.alter_column("at", nullable=False)
    newer = ["kind", "record_id", "at", "answer_id", "version"]
    op.create_index("ix_answer_source_record", "answer_source", newer)
    for table in _RECORDS:
        op.create_index(f"ix_{table}_updated_at", table, ["updated_at"])
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("record_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("since", _instant(), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
    )
    op.create_index("ix_correction_record", "correction", ["kind", "record_id", "id"])


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def downgrade() -> None:
    op.drop_table("correction")
    for table in _RECORDS:
        op.drop_index(f"ix_{table}_updated_at", table)
    op.drop_index("ix_answer_source_record", "answer_source")
    with op.batch_alter_table("answer_source") as batch:
        batch.drop_column("at")
    op.create_index("ix_answer_source_record", "answer_source", ["kind", "record_id", "version"])
