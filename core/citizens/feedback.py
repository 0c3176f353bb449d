"""What citizens say of an answer: useful or not, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, union

from core.citizens.personal import rows_of
from core.citizens.tables import feedback, message
from core.citizens.transcript import answers_of
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.rows import put
from core.errors import NotFound


class Reason(StrEnum):
    """Why an answer was of no use."""

    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    INCOMPLETE = "incomplete"
    OTHER = "other"


@dataclass(frozen=True)
class Opinion:
    """What is said of one answer; the text is masked."""

    useful: bool
    reason: Reason | None = None
    text: str | None = None


class FeedbackStore:
    """Keeps one opinion for each answer, the last; its part of the personal data."""

    name: Final = "feedback"
    tables: Final = frozenset({"feedback"})

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def save(self, conversation: str, answer_id: str, opinion: Opinion) -> None:
        """Keeps it in place of what was said before.

        Raises:
            NotFound: The answer is not one of this conversation, or too old.
        """
        with writing(self._engine) as connection:
            if not _was_given(connection, conversation, answer_id):
                raise NotFound("the answer is not this conversation's")
            put(
                connection,
                feedback,
                "answer_id",
                answer_id=answer_id,
                conversation=conversation,
                useful=opinion.useful,
                reason=opinion.reason,
                text=opinion.text,
                updated=self._clock.now(),
            )

    def export(self, citizen: str) -> dict[str, Any]:
        """Every opinion that is still linked to the citizen."""
        with reading(self._engine) as connection:
            return {"opinions": rows_of(connection, feedback, _opinions_of(citizen))}

    def erase(self, citizen: str) -> None:
        """Forgets them."""
        with writing(self._engine) as connection:
            connection.execute(delete(feedback).where(_opinions_of(citizen)))


def _opinions_of(citizen: str) -> ColumnElement[bool]:
    """Those of a conversation, and those on answers that are still linked to the citizen."""
    own = select(feedback.c.answer_id).where(feedback.c.conversation == citizen)
    # One union: SQLite takes none within another.
    return feedback.c.answer_id.in_(union(own, *answers_of(citizen).selects))


def _was_given(connection: Connection, conversation: str, answer_id: str) -> bool:
    shown = select(message.c.id).where(
        message.c.conversation == conversation,
        message.c.answer_id == answer_id,
        message.c.role == "assistant",
    )
    return connection.execute(shown).first() is not None
