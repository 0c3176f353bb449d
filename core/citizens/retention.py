"""Forgets what is older than its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, delete, or_, select, update

from core.citizens.ledger import LEDGER_DAYS
from core.citizens.tables import (
    IN_FORCE,
    answer_log,
    choice_token,
    citizen,
    client_message,
    consent,
    conversation,
    erased,
    feedback,
    followup,
    message,
)
from core.clock import Clock
from core.database.engine import writing

FEEDBACK_DAYS = 365
# How long the cookie lasts after a visit.
CITIZEN_DAYS = 365
# How long somebody hears of an answer that comes later, or turns out to be wrong.
FOLLOWUP_DAYS = 180


@dataclass(frozen=True)
class Purged:
    """How many rows went."""

    messages: int
    replies: int
    choices: int
    conversations: int
    feedback: int
    citizens: int
    erasures: int
    followups: int


def purge(engine: Engine, clock: Clock, days: int) -> Purged:
    """Deletes what is older than its time.

    Messages and stored replies live `days`, a conversation so long after its last turn, choices until they
    expire. Feedback is linked to its conversation for `days` and kept without the link for `FEEDBACK_DAYS`.
    Who wants to hear of an answer is kept for `FOLLOWUP_DAYS`.
    A citizen goes with the history of consents and every link: `CITIZEN_DAYS` after the last turn, or, where
    nothing is agreed to any more, `days` after the last change, once the conversation is gone.
    The ledger of erasures is kept as long as a backup may be restored.
    """
    now = clock.now()
    limit = now - timedelta(days=days)

    def forget(table: Table, outdated: ColumnElement[bool]) -> int:
        return connection.execute(delete(table).where(outdated)).rowcount

    with writing(engine) as connection:
        old = and_(feedback.c.updated < limit, feedback.c.conversation.is_not(None))
        connection.execute(update(feedback).where(old).values(conversation=None))
        purged = Purged(
            messages=forget(message, message.c.created < limit),
            replies=forget(client_message, client_message.c.created < limit),
            choices=forget(choice_token, choice_token.c.expires < now),
            conversations=forget(conversation, conversation.c.last_seen < limit),
            feedback=forget(feedback, feedback.c.updated < now - timedelta(days=FEEDBACK_DAYS)),
            citizens=forget(citizen, _gone(limit, now - timedelta(days=CITIZEN_DAYS))),
            followups=forget(followup, followup.c.created < now - timedelta(days=FOLLOWUP_DAYS)),
            erasures=forget(erased, erased.c.at < now - timedelta(days=LEDGER_DAYS)),
        )
        _unlink_answers_of_nobody(connection)
        return purged


def _gone(limit: datetime, lapsed: datetime) -> ColumnElement[bool]:
    still_talking = select(conversation.c.id).where(conversation.c.id == citizen.c.id).exists()
    needed = (
        select(consent.c.number)
        .where(consent.c.citizen == citizen.c.id, or_(IN_FORCE, consent.c.withdrawn_at >= limit))
        .exists()
    )
    # By then the cookie has expired as well: nobody could withdraw what was agreed to.
    return or_(citizen.c.last_seen < lapsed, and_(citizen.c.created < limit, ~still_talking, ~needed))


def _unlink_answers_of_nobody(connection: Connection) -> None:
    known = select(citizen.c.id).where(citizen.c.id == answer_log.c.citizen).exists()
    nobody_s = and_(answer_log.c.citizen.is_not(None), ~known)
    connection.execute(update(answer_log).where(nobody_s).values(citizen=None))
