"""Stored replies: a message that a client sends twice is answered once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from core.citizens.conversations import visit
from core.citizens.tables import client_message
from core.clock import Clock
from core.database.engine import writing
from core.database.rows import insert_missing
from core.errors import Unavailable

_STORED = (
    update(client_message)
    .where(
        client_message.c.conversation == bindparam("of"),
        client_message.c.client_message_id == bindparam("named"),
    )
    .values(status=bindparam("sent"), body=bindparam("reply"))
)


@dataclass(frozen=True)
class StoredReply:
    """HTTP status and JSON body as they were sent."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True)
class Claimed:
    """The caller is to answer, then save or release; `region` is the one that the conversation is in."""

    region: str | None


@dataclass(frozen=True)
class Pending:
    """Another process is answering this message."""


class StoredReplies:
    """Decides who answers a message.

    Args:
        engine: Database.
        clock: The time.
        patience: After this long a claim without a reply is that of a process that died.
    """

    def __init__(self, engine: Engine, clock: Clock, patience: timedelta) -> None:
        self._engine = engine
        self._clock = clock
        self._patience = patience
        # Claims that could not be given back, as on a full disk, and when that was: nobody answers those.
        self._left: dict[tuple[str, str], datetime] = {}

    def claim(self, conversation_id: str, client_message_id: str) -> StoredReply | Claimed | Pending:
        """The stored reply, or whose turn it is to make one. Begins the conversation if need be."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            chosen = visit(connection, conversation_id, now, None)
            if insert_missing(
                connection,
                client_message,
                conversation=conversation_id,
                client_message_id=client_message_id,
                created=now,
            ):
                return Claimed(chosen)
            # Locked, so that of two processes only one takes over a claim whose owner died.
            same = _same(conversation_id, client_message_id)
            row = connection.execute(select(client_message).where(*same).with_for_update()).first()
            if row is None:
                return Pending()
            if row.status is not None:
                return StoredReply(row.status, dict(row.body))
            # A claim that lies ahead was made before the clock was set back: its owner may be dead as well.
            # One that was made since then is that of another process, which took it over.
            left = self._left.get((conversation_id, client_message_id))
            if abs(now - row.created) < self._patience and (left is None or row.created > left):
                return Pending()
            connection.execute(update(client_message).where(*same).values(created=now))
            return Claimed(chosen)

    def release(self, conversation_id: str, client_message_id: str) -> None:
        """Gives the claim back without a reply, so that the same message may be sent again.

        Raises:
            Unavailable: It could not be written; this process may answer the message again all the same.
        """
        unanswered = client_message.c.status.is_(None)
        try:
            with writing(self._engine) as connection:
                same = _same(conversation_id, client_message_id)
                connection.execute(delete(client_message).where(*same, unanswered))
        except Unavailable:
            now = self._clock.now()
            recent = {key: at for key, at in self._left.items() if abs(now - at) < self._patience}
            self._left = {**recent, (conversation_id, client_message_id): now}
            raise


def store(connection: Connection, conversation_id: str, client_message_id: str, reply: StoredReply) -> None:
    """Keeps the reply to a claimed message, within the transaction of its turn."""
    told = {"of": conversation_id, "named": client_message_id, "sent": reply.status, "reply": reply.body}
    connection.execute(_STORED, told)


def _same(conversation_id: str, client_message_id: str) -> tuple[Any, Any]:
    return (
        client_message.c.conversation == conversation_id,
        client_message.c.client_message_id == client_message_id,
    )
