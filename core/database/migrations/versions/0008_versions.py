"""What records said before: every version with its author; and drafts, which nobody is answered from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    versions = op.create_table(
        "record_version",
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("record_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", _instant(), nullable=False),
    )
    for kind, name in (("document", "document"), ("item", "service_item")):
        kept: list[sa.ColumnClause[Any]] = [
            sa.column(column) for column in ("id", "version", "payload", "updated_at")
        ]
        number, version, payload, at = kept
        # What was before the present content is not known, nor who wrote it.
        rows = sa.select(sa.literal(kind), number, version, payload, sa.literal(""), at)
        columns = ["kind", "record_id", "version", "payload", "author", "at"]
        op.execute(sa.insert(versions).from_select(columns, rows.select_from(sa.table(name, *kept))))
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("agency", sa.String(200), index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("mark", sa.String(16), nullable=False),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        sa.UniqueConstraint("kind", "external_id"),
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def downgrade() -> None:
    op.drop_table("draft")
    op.drop_table("record_version")
