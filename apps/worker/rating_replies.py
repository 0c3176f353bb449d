"""Puts the reply to a bad rating into the inbox of whoever rated, if they agreed to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from casework.ratings.models import Delivery
from casework.ratings.replies import Reply, note_delivery, reply_of
from channels.ports import Notice, NoticeKind, Outcome
from channels.web.bell import Bell
from channels.web.inbox import put_notices
from core.clock import Clock
from core.database.engine import reading
from core.jobs.context import Context


@dataclass(frozen=True)
class RatingReplies:
    """The handler; harmless twice, since a citizen gets one notice of a step.

    Attributes:
        bell: Rung afterwards.
    """

    engine: Engine
    clock: Clock
    bell: Bell

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """Whether it was sent; not where the citizen's data were erased or the agreement was withdrawn."""
        step = int(context.job.params["step"])
        with reading(self.engine) as connection:
            reply = reply_of(connection, step)
        sent = False
        with context.step(1, 1) as connection:
            if reply is not None:
                (outcome,) = put_notices(connection, [_notice(reply, step)], self.clock.now())
                sent = outcome is Outcome.SENT
            note_delivery(connection, step, Delivery.SENT if sent else Delivery.NO_RIGHT)
        self.bell.ring()
        return {"sent": sent}


def _notice(reply: Reply, step: int) -> Notice:
    subject = f"“{reply.title}”" if reply.title else "咨询服务"
    rated = f"您在{reply.day.month}月{reply.day.day}日对{subject}评价“{reply.level.label}”。"
    return Notice(
        citizen=reply.citizen,
        kind=NoticeKind.REPLY,
        title="对您评价的回复",
        text=f"{rated}处理情况：\n\n{reply.text}",
        why="您评价过我们的服务，并同意过“有了答复或更正时通知我”。您的评价会原样保留。",
        dedup_key=f"rating:{reply.rating_id}:{step}",
    )
