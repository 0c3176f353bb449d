"""Catalogue: agencies, regions, documents, service items, passages, vectors, revisions."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_state()
    _create_registers()
    for table in ("document", "service_item"):
        _create_records(table)
    _create_passages()


def _create_state() -> None:
    state = op.create_table(
        "catalogue_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.String(36), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(state, [{"id": 1, "epoch": str(uuid.uuid4()), "revision": 0}])
    op.create_table(
        "tombstone",
        sa.Column("revision", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("record_id", sa.Integer, nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
    )


def _create_registers() -> None:
    op.create_table(
        "agency",
        sa.Column("external_id", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(300), nullable=False, index=True),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(6), primary_key=True),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )


def _create_records(table: str) -> None:
    op.create_table(
        table,
        # Without reuse of numbers: a link to a deleted record must not lead to another one.
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("external_id", sa.String(200), nullable=False, unique=True),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False, index=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        # Title, code, aliases and question variants, folded, a line each: what a list is filtered by.
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("theme", sa.Text),
        sa.Column("region", sa.String(6), nullable=False),
        sa.Column("published_on", sa.Date),
        sa.Column("effective_from", sa.Date),
        sa.Column("effective_to", sa.Date),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )


def _create_passages() -> None:
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("record_id", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("heading", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("start_at", sa.Integer, nullable=False),
        sa.Column("end_at", sa.Integer, nullable=False),
        sa.Column("embed_text", sa.Text, nullable=False),
        sa.UniqueConstraint("kind", "record_id", "ordinal"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "vector_cache",
        sa.Column("text_hash", sa.String(64), primary_key=True),
        sa.Column("model_digest", sa.String(200), primary_key=True),
        sa.Column("dtype", sa.String(200), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
