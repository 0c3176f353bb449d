"""Keeps what citizens rate, and opens a task for what is bad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, exists, func, insert, or_, select, update

from casework.commands import working_day
from casework.ratings.models import (
    TASK_DAYS,
    Level,
    Opinion,
    RatedItem,
    Reason,
    Target,
    TargetKind,
    TaskState,
)
from casework.ratings.tables import rating, rating_task
from core.calendar import StateCalendar
from core.catalogue.registers import agency_named
from core.citizens.conversations import new_id
from core.citizens.tables import answer_log, answer_source, conversation, message
from core.clock import Clock
from core.database.engine import reading, writing
from core.errors import Conflict, NotFound

_CHANNEL: Final = "web"


class RatingInHand(Conflict):
    """Staff have begun to look into it: from then on nobody changes it, and nobody can be talked into it."""

    code = "rating_in_hand"
    public_message = "您的这次评价已经有工作人员在处理，不能再改。评价会原样保留。"


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating as whoever gave it may see it.

    Attributes:
        title: What the service item was called; None of a conversation.
        state: How far the looking into is; None of one that is not bad.
    """

    id: str
    target: Target
    title: str | None
    opinion: Opinion
    created: datetime
    updated: datetime
    state: TaskState | None


class RatingStore:
    """Keeps ratings."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def rate(
        self, citizen: str, target: Target, opinion: Opinion, item: RatedItem | None = None
    ) -> tuple[Rating, bool]:
        """Keeps a rating in place of an earlier one of the same; whether there was none.

        A conversation is rated once for each day on which it was answered, an item once in a conversation.

        Args:
            citizen: The conversation.
            item: How the item is called now; with a target that is one.

        Raises:
            NotFound: The conversation was not answered, or not about this item.
            RatingInHand: Staff have begun to look into the earlier one.
        """
        with writing(self._engine) as connection:
            # One at a time rates within a conversation.
            place = select(conversation.c.region).where(conversation.c.id == citizen).with_for_update()
            held = connection.execute(place).one_or_none()
            slot = self._slot(connection, citizen, target) if held is not None else None
            if held is None or slot is None:
                said = "这次对话里没有可以评价的答复了，可能时间太久，请先提问再评价。"
                raise NotFound("nothing of this conversation to rate", public_message=said)
            found = self._earlier(connection, citizen, slot)
            number = found.id if found is not None else new_id()
            if found is None:
                about = {"conversation": citizen, "slot": slot, "region": held.region}
                self._insert(connection, number, target, item, about, opinion)
            else:
                self._change(connection, number, opinion)
            self._settle_task(connection, number, opinion.level)
            return _one(connection, number), found is None

    def of(self, citizen: str) -> list[Rating]:
        """Those of a conversation, the latest first."""
        own = _ratings().where(rating.c.conversation == citizen)
        with reading(self._engine) as connection:
            rows = connection.execute(own.order_by(rating.c.created.desc(), rating.c.id)).all()
        return [_rating(row) for row in rows]

    def _slot(self, connection: Connection, citizen: str, target: Target) -> str | None:
        if target.kind is TargetKind.ITEM:
            asked = target.item_id is not None and _was_told(connection, citizen, target.item_id)
            return f"item:{target.item_id}" if asked else None
        answered = (message.c.conversation == citizen, message.c.role == "assistant")
        last = connection.execute(select(func.max(message.c.created)).where(*answered)).scalar()
        return last.astimezone(self._clock.local().tzinfo).date().isoformat() if last else None

    def _earlier(self, connection: Connection, citizen: str, slot: str) -> Row[Any] | None:
        this = (rating.c.conversation == citizen, rating.c.slot == slot)
        found = connection.execute(select(rating.c.id).where(*this)).one_or_none()
        if found is not None:
            # Whoever takes it in hand at this moment waits, or has done so.
            task = select(rating_task.c.state).where(rating_task.c.rating_id == found.id).with_for_update()
            if connection.execute(task).scalar() not in (None, TaskState.OPEN):
                raise RatingInHand()
        return found

    def _insert(
        self,
        connection: Connection,
        number: str,
        target: Target,
        item: RatedItem | None,
        about: dict[str, Any],
        opinion: Opinion,
    ) -> None:
        agency = agency_named(connection, item.agency) if item else None
        now = self._clock.now()
        values = {
            "id": number, "target": target.kind, "item_id": target.item_id,
            "title": item.title[:300] if item else None, "agency": agency.external_id if agency else None,
            "channel": _CHANNEL, "day": self._clock.today(), "created": now, "updated": now,
        }  # fmt: skip
        connection.execute(insert(rating).values(**about, **values, **_said(opinion)))

    def _change(self, connection: Connection, number: str, opinion: Opinion) -> None:
        changed = update(rating).where(rating.c.id == number)
        connection.execute(changed.values(updated=self._clock.now(), **_said(opinion)))

    def _settle_task(self, connection: Connection, number: str, level: Level) -> None:
        """A bad one has a task; the clock of one that stays bad goes on."""
        this = rating_task.c.rating_id == number
        if not level.is_bad:
            connection.execute(delete(rating_task).where(this))
        elif connection.execute(select(rating_task.c.state).where(this)).first() is None:
            agency = connection.execute(select(rating.c.agency).where(rating.c.id == number)).scalar()
            today = self._clock.today()
            due = working_day(today, TASK_DAYS, StateCalendar())
            opened = {"state": TaskState.OPEN, "agency": agency, "opened": today, "due": due}
            connection.execute(insert(rating_task).values(rating_id=number, **opened))


def _was_told(connection: Connection, citizen: str, item_id: int) -> bool:
    """Whether an answer that the conversation was given was about the item."""
    quoted = exists().where(
        answer_source.c.answer_id == answer_log.c.id,
        answer_source.c.kind == "item",
        answer_source.c.record_id == item_id,
    )
    given = (
        select(answer_log.c.id)
        .join(message, message.c.answer_id == answer_log.c.id)
        .where(message.c.conversation == citizen, or_(answer_log.c.item_id == item_id, quoted))
        .limit(1)
    )
    return connection.execute(given).first() is not None


def _said(opinion: Opinion) -> dict[str, Any]:
    return {"level": opinion.level, "reasons": list(opinion.reasons), "text": opinion.text}


def _ratings() -> Any:
    return select(rating, rating_task.c.state).outerjoin(rating_task, rating_task.c.rating_id == rating.c.id)


def _one(connection: Connection, number: str) -> Rating:
    return _rating(connection.execute(_ratings().where(rating.c.id == number)).one())


def _rating(row: Row[Any]) -> Rating:
    return Rating(
        id=row.id,
        target=Target(TargetKind(row.target), row.item_id),
        title=row.title,
        opinion=Opinion(Level(row.level), tuple(map(Reason, row.reasons)), row.text),
        created=row.created,
        updated=row.updated,
        state=TaskState(row.state) if row.state else None,
    )
