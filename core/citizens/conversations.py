"""Conversations and their transcript: which there are, and what was said in them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, bindparam, or_, select, update

from core.citizens.tables import citizen, conversation, message
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import put_returning

Role = Literal["citizen", "assistant"]
HISTORY = 200
_SEEN = update(citizen).where(citizen.c.id == bindparam("who")).values(last_seen=bindparam("at"))
_SEEN_AGAIN = _SEEN.where(or_(citizen.c.last_seen.is_(None), citizen.c.last_seen < bindparam("before")))


def new_conversation_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(24)


def new_id() -> str:
    """An id of a message or an answer."""
    return secrets.token_hex(12)


@dataclass(frozen=True)
class StoredMessage:
    """One bubble of the transcript; the payload holds what its kind needs, without id and kind.

    `answer_id` is that of the turn it was kept with.
    """

    id: str
    role: Role
    kind: str
    payload: dict[str, Any]
    created: datetime
    answer_id: str | None = None


class Conversations:
    """Reads and begins conversations."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def visit(self, conversation_id: str, region: str | None = None) -> str | None:
        """Begins the conversation or notes the visit; the region it is in from now on.

        Args:
            region: Six-digit code; empty forgets the one it was in, None leaves it.
        """
        with writing(self._engine) as connection:
            return visit(connection, conversation_id, self._clock.now(), region)

    def region(self, conversation_id: str) -> str | None:
        """The region it is in, if it has begun and chosen one."""
        with reading(self._engine) as connection:
            chosen: str | None = connection.execute(
                select(conversation.c.region).where(conversation.c.id == conversation_id)
            ).scalar()
        return chosen

    def history(self, conversation_id: str, limit: int = HISTORY) -> list[StoredMessage]:
        """The latest messages, oldest first."""
        newest_first = (
            select(message)
            .where(message.c.conversation == conversation_id)
            .order_by(message.c.number.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(newest_first).all()
        return [
            StoredMessage(row.id, row.role, row.kind, dict(row.payload), row.created, row.answer_id)
            for row in reversed(rows)
        ]

    def told(self, conversation_id: str, openings: Sequence[str]) -> frozenset[str]:
        """With which of these words a message of ours began, in the whole transcript."""
        words = message.c.payload["text"].as_string()
        query = select(words).where(
            message.c.conversation == conversation_id,
            message.c.role == "assistant",
            or_(*(words.startswith(one, autoescape=True) for one in openings)),
        )
        with reading(self._engine) as connection:
            found = list(connection.execute(query).scalars())
        return frozenset(one for one in openings if any(text.startswith(one) for text in found))


def visit(connection: Connection, conversation_id: str, now: datetime, region: str | None) -> str | None:
    """The same within a transaction."""
    changed: dict[str, Any] = {"last_seen": now}
    if region is not None:
        changed["region"] = region or None
    # In one statement: two processes may begin the same conversation at once.
    once = {"id": conversation_id, "created": now}
    chosen: str | None = put_returning(connection, conversation, "id", once, changed, conversation.c.region)
    connection.execute(_SEEN, {"who": conversation_id, "at": now})
    return chosen


def note_citizen(connection: Connection, identity: str, now: datetime) -> None:
    """Notes that a citizen came who said nothing, within a transaction: written at most once a day."""
    connection.execute(_SEEN_AGAIN, {"who": identity, "at": now, "before": now - timedelta(days=1)})
