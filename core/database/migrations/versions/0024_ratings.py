"""Good-or-bad ratings, and what is done about the bad ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation", sa.String(64), sa.ForeignKey("conversation.id", ondelete="SET NULL")),
        sa.Column("slot", sa.String(32), nullable=False),
        sa.Column("target", sa.String(16), nullable=False),
        sa.Column("item_id", sa.Integer),
        sa.Column("title", sa.String(300)),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("region", sa.String(6)),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("agency", sa.String(200)),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("created", _instant(), nullable=False),
        sa.Column("updated", _instant(), nullable=False, index=True),
        sa.UniqueConstraint("conversation", "slot"),
    )
    for columns in ("day level", "agency day level", "created id", "agency created id", "level created id"):
        _index("rating", columns)
    linked = sa.text("conversation IS NOT NULL")
    op.create_index(
        "ix_rating_linked_updated", "rating", ["updated"], sqlite_where=linked, postgresql_where=linked
    )
    op.create_table(
        "rating_task",
        sa.Column("rating_id", sa.String(32), _rating(), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("agency", sa.String(200)),
        sa.Column("owner", sa.String(64)),
        sa.Column("opened", sa.Date, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("closed", sa.Date),
    )
    for columns in ("state due rating_id", "agency state due rating_id", "opened", "agency opened"):
        _index("rating_task", columns)
    op.create_table(
        "rating_step",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("rating_id", sa.String(32), _rating(), nullable=False, index=True),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("agency", sa.String(200)),
        sa.Column("how", sa.String(16)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("text", sa.Text),
        sa.Column("delivery", sa.String(16)),
    )


def _index(table: str, columns: str) -> None:
    names = columns.split()
    op.create_index(f"ix_{table}_{'_'.join(names)}", table, names)


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _rating() -> sa.ForeignKey:
    return sa.ForeignKey("rating.id", ondelete="CASCADE")


def downgrade() -> None:
    for name in ("rating_step", "rating_task", "rating"):
        op.drop_table(name)
