"""Forgets what is older than its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Table, and_, delete, or_, select, update

from core.citizens.tables import (
    IN_FORCE,
    choice_token,
    citizen,
    client_message,
    consent,
    conversation,
    feedback,
    message,
)
from core.clock import Clock
from core.database.engine import writing

TRANSCRIPT_DAYS = 30
FEEDBACK_DAYS = 365


@dataclass(frozen=True)
class Purged:
    """How many rows went."""

    messages: int
    replies: int
    choices: int
    conversations: int
    feedback: int
    citizens: int


def purge(engine: Engine, clock: Clock, days: int = TRANSCRIPT_DAYS) -> Purged:
    """Deletes what is older than its time.

    Messages and stored replies live `days`, a conversation so long after its last turn, choices until they
    expire. Feedback is linked to its conversation for `days` and kept without the link for `FEEDBACK_DAYS`.
    A citizen with a consent in force stays; else the citizen goes with the history, `days` after the last
    change, once the conversation is gone.
    """
    now = clock.now()
    limit = now - timedelta(days=days)

    def forget(table: Table, outdated: ColumnElement[bool]) -> int:
        return connection.execute(delete(table).where(outdated)).rowcount

    with writing(engine) as connection:
        old = and_(feedback.c.updated < limit, feedback.c.conversation.is_not(None))
        connection.execute(update(feedback).where(old).values(conversation=None))
        return Purged(
            messages=forget(message, message.c.created < limit),
            replies=forget(client_message, client_message.c.created < limit),
            choices=forget(choice_token, choice_token.c.expires < now),
            conversations=forget(conversation, conversation.c.last_seen < limit),
            feedback=forget(feedback, feedback.c.updated < now - timedelta(days=FEEDBACK_DAYS)),
            citizens=forget(citizen, _silent(limit)),
        )


def _silent(limit: datetime) -> ColumnElement[bool]:
    still_talking = select(conversation.c.id).where(conversation.c.id == citizen.c.id).exists()
    needed = (
        select(consent.c.number)
        .where(consent.c.citizen == citizen.c.id, or_(IN_FORCE, consent.c.withdrawn_at >= limit))
        .exists()
    )
    return and_(citizen.c.created < limit, ~still_talking, ~needed)
