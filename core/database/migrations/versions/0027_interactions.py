"""What citizens do with service items, and their profiles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _end_older_consents()
    _interactions()
    op.create_table(
        "interaction_source",
        sa.Column("digest", sa.String(32), primary_key=True),
        sa.Column("newcomers", sa.Integer, nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("flooded", sa.Boolean, nullable=False),
        sa.Column("began", _instant(), nullable=False, index=True),
    )
    op.create_table(
        "interaction_count",
        sa.Column("item_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("district", sa.String(6), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("began", _instant(), nullable=False, index=True),
    )
    _profiles()


def _end_older_consents() -> None:
    # Versions 1 and 2 said of these two less than is done now: whoever agreed then is asked again, and until
    # then the answer log does not say who asked.
    op.execute(
        "UPDATE answer_log SET citizen = NULL WHERE citizen IN (SELECT citizen FROM consent"
        " WHERE purpose = 'personalize' AND notice_version IN ('1', '2') AND withdrawn_at IS NULL)"
    )
    op.execute(
        "UPDATE consent SET withdrawn_at = CURRENT_TIMESTAMP WHERE notice_version IN ('1', '2')"
        " AND purpose IN ('personalize', 'profile_facts') AND withdrawn_at IS NULL"
    )


def _interactions() -> None:
    op.create_table(
        "interaction",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("citizen", sa.String(64), _foreign(), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("district", sa.String(6)),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("source", sa.String(32)),
        sa.Column("occurred_at", _instant(), nullable=False),
        sa.Column("received_at", _instant(), nullable=False, index=True),
        sa.UniqueConstraint("citizen", "event_id"),
    )
    op.create_index("ix_interaction_citizen_occurred", "interaction", ["citizen", "occurred_at"])
    op.create_index("ix_interaction_citizen_day", "interaction", ["citizen", "day"])
    op.create_index("ix_interaction_day", "interaction", ["day", "district", "item_id", "citizen"])
    op.create_index(
        "ix_interaction_vouched", "interaction", ["citizen"],
        sqlite_where=sa.text("counts = 1 AND origin <> 'client'"),
        postgresql_where=sa.text("counts AND origin <> 'client'"),
    )  # fmt: skip
    sourced = sa.text("source IS NOT NULL")
    for name, columns in (
        ("ix_interaction_source", ["source", "item_id", "counts", "citizen"]),
        ("ix_interaction_sourced_received", ["received_at"]),
    ):
        op.create_index(name, "interaction", columns, sqlite_where=sourced, postgresql_where=sourced)
    placed = sa.text("district IS NOT NULL")
    op.create_index(
        "ix_interaction_placed_received", "interaction", ["received_at"],
        sqlite_where=placed, postgresql_where=placed,
    )  # fmt: skip


def _profiles() -> None:
    op.create_table(
        "profile_fact",
        _citizen(),
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("told_at", _instant(), nullable=False),
    )
    op.create_table(
        "profile_life_event",
        _citizen(),
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("told_at", _instant(), nullable=False),
    )
    op.create_table(
        "dismissal",
        _citizen(),
        sa.Column("scope", sa.String(8), primary_key=True),
        sa.Column("target", sa.String(300), primary_key=True),
        sa.Column("since", _instant(), nullable=False),
    )
    op.create_table(
        "citizen_reference",
        _citizen(),
        sa.Column("reference", sa.String(43), nullable=False, unique=True),
        sa.Column("since", _instant(), nullable=False),
    )


def downgrade() -> None:
    for name in ("citizen_reference", "dismissal", "profile_life_event", "profile_fact"):
        op.drop_table(name)
    for name in ("interaction_count", "interaction_source", "interaction"):
        op.drop_table(name)


def _citizen() -> sa.Column[str]:
    return sa.Column("citizen", sa.String(64), _foreign(), primary_key=True)


def _foreign() -> sa.ForeignKey:
    return sa.ForeignKey("citizen.id", ondelete="CASCADE")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)
