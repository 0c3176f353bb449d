"""Uploads that a worker reads: their bytes, and what came of each record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("agency", sa.String(200), index=True),
        sa.Column("filling", sa.JSON, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False, index=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("job", sa.Integer, unique=True),
    )
    op.create_table(
        "upload_chunk",
        _upload(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "upload_result",
        _upload(),
        sa.Column("file", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("record", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for name in ("upload_result", "upload_chunk", "upload"):
        op.drop_table(name)


def _upload() -> sa.Column[str]:
    foreign = sa.ForeignKey("upload.id", ondelete="CASCADE")
    return sa.Column("upload", sa.String(32), foreign, primary_key=True)
