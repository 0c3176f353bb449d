"""That a citizen was answered about a service item is an interaction, kept in the answer's transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from core.answering import AnswerStatus
from core.citizens.consents import Purpose
from core.citizens.turns import Also, Turn
from recommender.interactions.store import InteractionStore

_ANSWERED = frozenset({AnswerStatus.ANSWERED_GUIDE, AnswerStatus.ANSWERED_PASSAGE})


def asked_by(interactions: InteractionStore) -> Also:
    """What `core.citizens.turns.Turns` does beside keeping a turn."""

    def also(connection: Connection, turn: Turn, purposes: frozenset[Purpose]) -> None:
        answer = turn.answer
        if answer.item_id is not None and answer.status in _ANSWERED:
            personal = Purpose.PERSONALIZE in purposes
            interactions.asked(
                connection, turn.conversation, answer.id, answer.item_id, turn.address, personal=personal
            )

    return also
