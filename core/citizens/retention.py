"""Forgets what is older than its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Engine, Table, delete

from core.citizens.tables import choice_token, client_message, conversation, message
from core.clock import Clock
from core.database.engine import writing

TRANSCRIPT_DAYS = 30


@dataclass(frozen=True)
class Purged:
    """How many rows went."""

    messages: int
    replies: int
    choices: int
    conversations: int


def purge(engine: Engine, clock: Clock, days: int = TRANSCRIPT_DAYS) -> Purged:
    """Deletes messages and stored replies older than `days`, expired choices, and silent conversations."""
    now = clock.now()
    limit = now - timedelta(days=days)

    def forget(table: Table, outdated: ColumnElement[bool]) -> int:
        return connection.execute(delete(table).where(outdated)).rowcount

    with writing(engine) as connection:
        return Purged(
            messages=forget(message, message.c.created < limit),
            replies=forget(client_message, client_message.c.created < limit),
            choices=forget(choice_token, choice_token.c.expires < now),
            conversations=forget(conversation, conversation.c.last_seen < limit),
        )
