"""Indexes by which grouping reads of the answer log only what is new, or was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_answer_log_status", "answer_log")
    op.create_index("ix_answer_log_status_created", "answer_log", ["status", "created"])
    erased = sa.text("question = ''")
    op.create_index(
        "ix_answer_log_erased", "answer_log", ["id"], sqlite_where=erased, postgresql_where=erased
    )


def downgrade() -> None:
    op.drop_index("ix_answer_log_erased", "answer_log")
    op.drop_index("ix_answer_log_status_created", "answer_log")
    op.create_index("ix_answer_log_status", "answer_log", ["status"])
