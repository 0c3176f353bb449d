"""Whose each logged answer is, what the board's groups are filtered by, and what became of reports."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from core.database.types import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answer_log", sa.Column("agency", sa.String(200)))
    _note_agencies(op.get_bind())
    for name in ("item_id", "created", "status_created"):
        op.drop_index(f"ix_answer_log_{name}", "answer_log")
    op.create_index("ix_answer_log_created", "answer_log", ["created", "id"])
    for name in ("status", "agency", "item_id"):
        op.create_index(f"ix_answer_log_{name}_created", "answer_log", [name, "created", "id"])
    _widen_grouped_questions()
    op.create_index("ix_feedback_useful_updated", "feedback", ["useful", "updated"])
    feedback = sa.ForeignKey("feedback.answer_id", ondelete="CASCADE")
    op.create_table(
        "feedback_reply",
        sa.Column("answer_id", sa.String(32), feedback, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("agency", sa.String(200)),
        sa.Column("text", sa.Text),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("replied", UtcDateTime),
        sa.Column("reason", sa.String(500)),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("changed", UtcDateTime, nullable=False),
    )


def _widen_grouped_questions() -> None:
    op.add_column("grouped_question", sa.Column("asked", UtcDateTime))
    op.add_column("grouped_question", sa.Column("channel", sa.String(16)))
    op.add_column("grouped_question", sa.Column("region", sa.String(6)))
    op.add_column("grouped_question", sa.Column("item_id", sa.Integer))
    op.execute(
        "UPDATE grouped_question SET (asked, channel, region, item_id) ="
        " (SELECT created, channel, region, item_id FROM answer_log"
        " WHERE answer_log.id = grouped_question.answer_id)"
    )
    filters = ["group_id", "asked", "channel", "region", "item_id", "answer_id"]
    op.create_index("ix_grouped_question_filters", "grouped_question", filters)


def _note_agencies(connection: sa.Connection) -> None:
    """As answers do from now on: the agency of the guide, else of what was quoted, by names it has or had."""
    known = connection.execute(sa.text("SELECT external_id, name, payload FROM agency ORDER BY external_id"))
    owners: dict[str, str] = {}
    former: dict[str, str] = {}
    for external_id, name, payload in known:
        owners.setdefault(name, external_id)
        for bore in json.loads(payload).get("former_names") or []:
            former.setdefault(bore, external_id)
    of_item = "item_id IN (SELECT id FROM service_item WHERE agency = :name)"
    of_source = (
        "agency IS NULL AND id IN (SELECT s.answer_id FROM answer_source s JOIN {table} r"
        " ON r.id = s.record_id WHERE s.kind = '{kind}' AND r.agency = :name)"
    )
    tables = {"item": "service_item", "document": "document"}
    conditions = [of_item, *(of_source.format(kind=kind, table=table) for kind, table in tables.items())]
    for condition in conditions:
        for name, owner in (former | owners).items():
            change = f"UPDATE answer_log SET agency = :owner WHERE {condition}"  # noqa: S608 - as above
            connection.execute(sa.text(change), {"owner": owner, "name": name})


def downgrade() -> None:
    op.drop_table("feedback_reply")
    op.drop_index("ix_feedback_useful_updated", "feedback")
    op.drop_index("ix_grouped_question_filters", "grouped_question")
    for name in ("item_id", "region", "channel", "asked"):
        op.drop_column("grouped_question", name)
    for name in ("item_id_created", "agency_created", "status_created", "created"):
        op.drop_index(f"ix_answer_log_{name}", "answer_log")
    op.create_index("ix_answer_log_item_id", "answer_log", ["item_id"])
    op.create_index("ix_answer_log_created", "answer_log", ["created"])
    op.create_index("ix_answer_log_status_created", "answer_log", ["status", "created"])
    op.drop_column("answer_log", "agency")
