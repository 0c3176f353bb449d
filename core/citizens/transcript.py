"""The conversation as personal data: transcript, choices, stored replies, and its rows of the answer log."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Engine, delete, select, union, update

from core.citizens.personal import rows_of
from core.citizens.tables import (
    answer_log,
    answer_source,
    choice_token,
    client_message,
    conversation,
    followup,
    message,
)
from core.database.engine import reading, writing


class TranscriptData:
    """Erasing leaves the answer log's rows as counts: without the citizen's words, linked to nobody."""

    name: Final = "conversation"
    tables: Final = frozenset(
        {"conversation", "message", "choice_token", "client_message", "answer_log", "answer_source"}
    )

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def export(self, citizen: str) -> dict[str, Any]:
        """The rows of each table."""
        with reading(self._engine) as connection:
            begun = rows_of(connection, conversation, conversation.c.id == citizen)
            return {
                "conversation": begun[0] if begun else None,
                "messages": rows_of(connection, message, message.c.conversation == citizen),
                "choices": rows_of(connection, choice_token, choice_token.c.conversation == citizen),
                "stored_replies": rows_of(
                    connection, client_message, client_message.c.conversation == citizen
                ),
                "answers": rows_of(connection, answer_log, answer_log.c.id.in_(answers_of(citizen))),
                "sources": rows_of(connection, answer_source, _sources_of(citizen)),
            }

    def erase(self, citizen: str) -> None:
        """Forgets it in one transaction."""
        with writing(self._engine) as connection:
            # The links go with the messages, so the words have to go first.
            own = answer_log.c.id.in_(answers_of(citizen))
            connection.execute(update(answer_log).where(own).values(question="", citizen=None))
            connection.execute(delete(conversation).where(conversation.c.id == citizen))


def answers_of(citizen: str) -> CompoundSelect[str]:
    """Ids of all answers that are linked to somebody, each link by its index."""
    linked = select(answer_log.c.id).where(answer_log.c.citizen == citizen)
    answered = select(message.c.answer_id).where(
        message.c.conversation == citizen, message.c.answer_id.is_not(None)
    )
    wanted = select(followup.c.answer_id).where(followup.c.citizen == citizen)
    return union(linked, answered, wanted)


def _sources_of(citizen: str) -> ColumnElement[bool]:
    return answer_source.c.answer_id.in_(answers_of(citizen))
