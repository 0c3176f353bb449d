"""Takes the reply to what a citizen said of an answer to their inbox, if they agreed to hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select

from casework.grouping import title_of
from casework.listing import UNTITLED
from channels.ports import Notice, NoticeKind, Outcome
from channels.web.bell import Bell
from channels.web.inbox import put_notices
from core.catalogue.tables import agency
from core.citizens.tables import answer_log, feedback, feedback_reply
from core.clock import Clock
from core.jobs.context import Context


@dataclass(frozen=True)
class Replying:
    """The handler; harmless twice, since each reply has a key of its own.

    Attributes:
        bell: Rung after the transaction.
    """

    engine: Engine
    clock: Clock
    bell: Bell

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """Whether the citizen was told: nobody is where it is not known any more who it was."""
        answer, number = str(context.job.params["answer"]), int(context.job.params["number"])
        with context.step(1, 1) as connection:
            row = connection.execute(_reply_of(answer, number)).one_or_none()
            if row is None:
                return {"told": 0, "reason": "已经不知道是谁反馈的"}
            (outcome,) = put_notices(connection, [self._notice(row, answer, number)], self.clock.now())
        self.bell.ring()
        return {"told": int(outcome is Outcome.SENT)}

    def _notice(self, row: Any, answer: str, number: int) -> Notice:
        day = row.updated.astimezone(self.clock.local().tzinfo)
        question = title_of(row.question) if row.question else UNTITLED
        by = f"（{row.agency}）" if row.agency else ""
        return Notice(
            citizen=row.conversation,
            kind=NoticeKind.REPLY,
            title="您反馈的问题有了回复",
            text=f"您在{day.month}月{day.day}日反馈过一条答复，问的是：“{question}”\n\n{row.text}{by}",
            why="您对这条答复提过意见，并且同意过“有了答复或更正时通知我”。",
            dedup_key=f"reply:{answer}:{number}",
        )


def _reply_of(answer: str, number: int) -> Any:
    """The reply of this number with who said what it answers; none where a later one is under way."""
    held = feedback_reply.join(feedback, feedback.c.answer_id == feedback_reply.c.answer_id)
    held = held.outerjoin(answer_log, answer_log.c.id == feedback.c.answer_id)
    held = held.outerjoin(agency, agency.c.external_id == feedback_reply.c.agency)
    columns = (
        feedback.c.conversation, feedback.c.updated, answer_log.c.question, feedback_reply.c.text,
        agency.c.name.label("agency"),
    )  # fmt: skip
    this = (feedback_reply.c.answer_id == answer, feedback_reply.c.number == number)
    return select(*columns).select_from(held).where(*this, feedback.c.conversation.is_not(None))
