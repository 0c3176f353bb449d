"""SQL tables of conversations; every text in them is masked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from core.database.metadata import metadata


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC instants, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """The instant with its time zone."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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
    Column("role", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created", UtcDateTime, nullable=False, index=True),
)

# No link to the conversation: an answer belongs to a person only with that person's consent.
answer_log = Table(
    "answer_log",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("question", Text, nullable=False),
    Column("status", String(32), nullable=False, index=True),
    Column("item_id", Integer, index=True),
    Column("aspect", String(32)),
    Column("passage_ids", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("step_ms", JSON, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("region", String(6)),
    Column("created", UtcDateTime, nullable=False, index=True),
)

choice_token = Table(
    "choice_token",
    metadata,
    Column("token", String(64), primary_key=True),
    _conversation_column(index=True),
    Column("title", String(300), nullable=False),
    Column("target_kind", String(16), nullable=False),
    Column("target_id", Integer, nullable=False),
    Column("aspect", String(32)),
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
