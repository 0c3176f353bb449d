"""SQL tables of citizens and their conversations; every text in them is masked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.database.metadata import metadata
from core.database.types import UtcDateTime


def _conversation_column(**options: Any) -> Column[str]:
    return Column(
        "conversation",
        String(64),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        **options,
    )


conversation = Table(
    "conversation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("region", String(6)),
    Column("created", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False, index=True),
)

message = Table(
    "message",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    _conversation_column(index=True),
    Column("answer_id", String(32), index=True),
    Column("role", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created", UtcDateTime, nullable=False, index=True),
)

# No link to the conversation: an answer belongs to a person only with that person's consent. As long as the
# transcript lives its messages name their answer; both go together.
answer_log = Table(
    "answer_log",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("citizen", String(64), index=True),
    Column("question", Text, nullable=False),
    Column("status", String(32), nullable=False),
    Column("item_id", Integer),
    Column("aspect", String(32)),
    Column("passage_ids", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("step_ms", JSON, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("region", String(6)),
    # External id of whose guide or text it quoted then; none's where nothing was quoted.
    Column("agency", String(200)),
    Column("created", UtcDateTime, nullable=False),
)
# The latest ones of all, of a status, of an agency, of an item, in the order of the index.
Index("ix_answer_log_created", answer_log.c.created, answer_log.c.id)
Index("ix_answer_log_status_created", answer_log.c.status, answer_log.c.created, answer_log.c.id)
Index("ix_answer_log_agency_created", answer_log.c.agency, answer_log.c.created, answer_log.c.id)
Index("ix_answer_log_item_id_created", answer_log.c.item_id, answer_log.c.created, answer_log.c.id)
# Few, and looked for often; SQLite uses it only where the condition is written in the same words.
Index(
    "ix_answer_log_erased",
    answer_log.c.id,
    sqlite_where=text("question = ''"),
    postgresql_where=text("question = ''"),
)

# Which version of which record an answer quoted, and when: who was told what has changed since is found here.
answer_source = Table(
    "answer_source",
    metadata,
    Column(
        "answer_id",
        String(32),
        ForeignKey("answer_log.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("kind", String(10), primary_key=True),
    Column("record_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    # As in the log, so that a record's answers are counted and paged by the index alone.
    Column("at", UtcDateTime, nullable=False),
    Index("ix_answer_source_record", "kind", "record_id", "at", "answer_id", "version"),
)

# `aspect` is what of the target is asked for, or the wish of a choice that is about subscribing.
choice_token = Table(
    "choice_token",
    metadata,
    Column("token", String(64), primary_key=True),
    _conversation_column(index=True),
    Column("title", String(300), nullable=False),
    Column("target_kind", String(16), nullable=False),
    Column("target_id", Integer, nullable=False),
    Column("aspect", String(32)),
    Column("region", String(6)),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False, index=True),
)

# Without a status: its answer is still being made.
client_message = Table(
    "client_message",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _conversation_column(),
    Column("client_message_id", String(64), nullable=False),
    Column("status", Integer),
    Column("body", JSON),
    Column("created", UtcDateTime, nullable=False, index=True),
    UniqueConstraint("conversation", "client_message_id"),
)

# Named like the conversation, by the cookie's id; there from the first fact on that outlives a conversation.
citizen = Table(
    "citizen",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, index=True),
)

# Each row is a time in which a purpose was agreed to. Nothing in it is ever changed but its end.
consent = Table(
    "consent",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("citizen", String(64), ForeignKey("citizen.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("notice_version", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)
# Who wants to hear more of an answer; used for nothing else, and only while it is agreed to.
followup = Table(
    "followup",
    metadata,
    Column("answer_id", String(32), ForeignKey("answer_log.id", ondelete="CASCADE"), primary_key=True),
    Column("citizen", String(64), ForeignKey("citizen.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", UtcDateTime, nullable=False, index=True),
)
IN_FORCE = consent.c.withdrawn_at.is_(None)
Index(
    "uq_consent_in_force",
    consent.c.citizen,
    consent.c.purpose,
    unique=True,
    sqlite_where=text("withdrawn_at IS NULL"),
    postgresql_where=text("withdrawn_at IS NULL"),
)
Index("ix_consent_citizen", consent.c.citizen)

# One for each answer. What staff learn from it outlives the link to the conversation.
feedback = Table(
    "feedback",
    metadata,
    Column("answer_id", String(32), primary_key=True),
    Column("conversation", String(64), ForeignKey("conversation.id", ondelete="SET NULL"), index=True),
    Column("useful", Boolean, nullable=False),
    Column("reason", String(16)),
    Column("text", Text),
    Column("updated", UtcDateTime, nullable=False, index=True),
)
Index("ix_feedback_useful_updated", feedback.c.useful, feedback.c.updated)

# What staff did about an opinion that reports something wrong; it goes with the opinion. `text` is what the
# citizen was told last, `number` how often; `reason`, why nothing more is done, is for staff alone. An
# opinion that was changed after `changed` is open again.
feedback_reply = Table(
    "feedback_reply",
    metadata,
    Column("answer_id", String(32), ForeignKey("feedback.answer_id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("agency", String(200)),
    Column("text", Text),
    Column("number", Integer, nullable=False),
    Column("replied", UtcDateTime),
    Column("reason", String(500)),
    Column("owner", String(64), nullable=False),
    Column("changed", UtcDateTime, nullable=False),
)

# Feedback that is still linked; SQLite uses it only where the condition is written in the same words.
Index(
    "ix_feedback_linked_updated",
    feedback.c.updated,
    sqlite_where=text("conversation IS NOT NULL"),
    postgresql_where=text("conversation IS NOT NULL"),
)

# Whose data are to be erased: kept until nothing of them can come back.
erasure = Table(
    "erasure",
    metadata,
    Column("citizen", String(64), primary_key=True),
    Column("requested", UtcDateTime, nullable=False),
    Column("erased", UtcDateTime),
)

# Whose data were erased, as digests of their ids: none of them may come back with an older backup.
erased = Table(
    "erased",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
)

# What a citizen wants to hear of: a theme, a service item by its number, an agency; the title it had then.
subscription = Table(
    "subscription",
    metadata,
    Column(
        "citizen",
        String(64),
        ForeignKey("citizen.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("kind", String(16), primary_key=True),
    Column("target", String(200), primary_key=True),
    Column("title", String(300), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
Index("ix_subscription_target", subscription.c.kind, subscription.c.target)
