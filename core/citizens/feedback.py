"""What citizens say of an answer: useful or not, and what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, delete, select, union

from core.catalogue.tables import agency
from core.citizens.personal import rows_of
from core.citizens.tables import feedback, feedback_reply, message
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


@dataclass(frozen=True)
class Reply:
    """What staff answered to an opinion; `agency` is its name, where it is one agency's."""

    text: str
    agency: str | None
    at: datetime


class FeedbackStore:
    """Keeps one opinion for each answer, the last, and what was replied; its part of the personal data."""

    name: Final = "feedback"
    tables: Final = frozenset({"feedback", "feedback_reply"})

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def save(self, conversation: str, answer_id: str, opinion: Opinion) -> None:
        """Keeps it in place of what was said before; the same once more changes nothing.

        A reply stays, and what is said after it waits for another one.

        Raises:
            NotFound: The answer is not one of this conversation, or too old.
        """
        with writing(self._engine) as connection:
            if not _was_given(connection, conversation, answer_id):
                raise NotFound("the answer is not this conversation's")
            if _held(connection, conversation, answer_id) == opinion:
                return
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

    def replies(self, conversation: str) -> dict[str, Reply]:
        """The last reply to each opinion of a conversation, by the answer that it is about."""
        replied = feedback_reply.join(feedback, feedback.c.answer_id == feedback_reply.c.answer_id)
        with reading(self._engine) as connection:
            return _replies(connection, replied, feedback.c.conversation == conversation)

    def export(self, citizen: str) -> dict[str, Any]:
        """Every opinion that is still linked to the citizen, and what they were replied."""
        with reading(self._engine) as connection:
            about = feedback_reply.c.answer_id.in_(select(feedback.c.answer_id).where(_opinions_of(citizen)))
            replies = _replies(connection, feedback_reply, about)
            return {
                "opinions": rows_of(connection, feedback, _opinions_of(citizen)),
                "replies": [{"answer_id": about, **asdict(one)} for about, one in replies.items()],
            }

    def erase(self, citizen: str) -> None:
        """Forgets them; replies go with them."""
        with writing(self._engine) as connection:
            connection.execute(delete(feedback).where(_opinions_of(citizen)))


def _held(connection: Connection, conversation: str, answer_id: str) -> Opinion | None:
    columns = (feedback.c.useful, feedback.c.reason, feedback.c.text)
    own = (feedback.c.answer_id == answer_id, feedback.c.conversation == conversation)
    row = connection.execute(select(*columns).where(*own)).first()
    return Opinion(row.useful, Reason(row.reason) if row.reason else None, row.text) if row else None


def _replies(connection: Connection, source: FromClause, wanted: ColumnElement[bool]) -> dict[str, Reply]:
    columns = (feedback_reply.c.answer_id, feedback_reply.c.text, agency.c.name, feedback_reply.c.replied)
    named = source.outerjoin(agency, agency.c.external_id == feedback_reply.c.agency)
    told = select(*columns).select_from(named).where(wanted, feedback_reply.c.text.is_not(None))
    rows = connection.execute(told.order_by(feedback_reply.c.answer_id))
    return {row.answer_id: Reply(row.text, row.name, row.replied) for row in rows}


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
