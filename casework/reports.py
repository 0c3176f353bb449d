"""What citizens report to be wrong with answers, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Row,
    Select,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from casework.answers import Place
from casework.tables import grouped_question, question_group
from core.citizens.feedback import Reason
from core.citizens.tables import answer_log, feedback, feedback_reply
from core.database.engine import reading

# More open ones are not counted.
MOST_COUNTED: Final = 1000


class ReportState(StrEnum):
    """What has become of a report."""

    OPEN = "open"
    REPLIED = "replied"
    CLOSED = "closed"


@dataclass(frozen=True)
class Wanted:
    """Which reports are looked for; what is None does not matter.

    Attributes:
        agency: External id: whose the answer is.
    """

    state: ReportState | None = None
    reason: Reason | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a citizen says of an answer; every word of theirs is masked.

    Attributes:
        question: Empty where it was erased, or is not kept any more.
        agency: External id of whose the answer is.
        at: When it was said, last.
        is_known: The citizen can still be told.
        reply: What they were told last, `replied` when.
        closed_for: Why nothing more is done; for staff.
        owner: Who acted last.
    """

    answer_id: str
    question: str
    status: str
    agency: str | None
    reason: Reason | None
    text: str | None
    at: datetime
    is_known: bool
    state: ReportState
    reply: str | None
    replied: datetime | None
    number: int
    closed_for: str | None
    owner: str | None

    @property
    def mark(self) -> str:
        """Another one after each change: who acts names what they have seen."""
        return f"{self.at.isoformat()} {self.state} {self.number}"


@dataclass(frozen=True, slots=True)
class Page:
    """Reports, the latest first; `next` is from where to go on."""

    reports: Sequence[Report]
    next: Place | None


class Reports:
    """Reads of reports."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: Wanted, most: int = 50, before: Place | None = None) -> Page:
        """Reports, the latest first, from a place on; without a total."""
        latest = (feedback.c.updated.desc(), feedback.c.answer_id.desc())
        chosen = select(feedback.c.answer_id).where(*_like(wanted), *_behind(before))
        with reading(self._engine) as connection:
            numbers = connection.execute(chosen.order_by(*latest).limit(most + 1)).scalars().all()
            rows = _reports().where(feedback.c.answer_id.in_(numbers)).order_by(*latest)
            found = [_report(row) for row in connection.execute(rows)]
        last = found[most - 1] if len(found) > most else None
        return Page(found[:most], Place(last.at, last.answer_id) if last else None)

    def open(self, agency: str | None = None) -> int:
        """How many wait, of an agency or of all; not more than `MOST_COUNTED`."""
        like = _like(Wanted(ReportState.OPEN, agency=agency))
        some = select(feedback.c.answer_id).where(*like).limit(MOST_COUNTED)
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()

    def one(self, answer_id: str) -> Report | None:
        """What is reported of an answer."""
        with reading(self._engine) as connection:
            return report_of(connection, answer_id)


def report_of(connection: Connection, answer_id: str, *, lock: bool = False) -> Report | None:
    """The same within a transaction.

    Args:
        lock: What is said of the answer stays so until the transaction ends.
    """
    if lock:
        held = select(feedback.c.answer_id).where(feedback.c.answer_id == answer_id)
        connection.execute(held.with_for_update())
    row = connection.execute(_reports().where(feedback.c.answer_id == answer_id, *_REPORTED)).one_or_none()
    return _report(row) if row is not None else None


_REPORTED: Final = (
    feedback.c.useful.is_(False),
    or_(feedback.c.reason.is_not(None), feedback.c.text.is_not(None)),
)
_HELD: Final[FromClause] = (
    feedback.outerjoin(feedback_reply, feedback_reply.c.answer_id == feedback.c.answer_id)
    .outerjoin(answer_log, answer_log.c.id == feedback.c.answer_id)
    .outerjoin(grouped_question, grouped_question.c.answer_id == feedback.c.answer_id)
    .outerjoin(question_group, question_group.c.id == grouped_question.c.group_id)
)
# What was said after staff acted waits for them again.
_IS_OPEN: Final = or_(feedback_reply.c.answer_id.is_(None), feedback_reply.c.changed < feedback.c.updated)


def _reports() -> Select[Any]:
    return select(
        feedback.c.answer_id,
        func.coalesce(answer_log.c.question, "").label("question"),
        func.coalesce(answer_log.c.status, "").label("status"),
        func.coalesce(answer_log.c.agency, question_group.c.agency).label("agency"),
        feedback.c.reason,
        feedback.c.text,
        feedback.c.updated,
        feedback.c.conversation.is_not(None).label("is_known"),
        case((_IS_OPEN, literal(ReportState.OPEN.value)), else_=feedback_reply.c.state).label("state"),
        feedback_reply.c.text.label("reply"),
        feedback_reply.c.replied,
        func.coalesce(feedback_reply.c.number, 0).label("number"),
        feedback_reply.c.reason.label("closed_for"),
        feedback_reply.c.owner,
    ).select_from(_HELD)


def _like(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Without joins: of most rows one look elsewhere tells that they are not wanted."""
    found: list[ColumnElement[bool]] = [*_REPORTED]
    acted = exists().where(
        feedback_reply.c.answer_id == feedback.c.answer_id, feedback_reply.c.changed >= feedback.c.updated
    )
    if wanted.state is ReportState.OPEN:
        found.append(~acted)
    elif wanted.state is not None:
        found.append(acted.where(feedback_reply.c.state == wanted.state))
    if wanted.reason is not None:
        found.append(feedback.c.reason == wanted.reason)
    if wanted.agency is not None:
        found.append(func.coalesce(_QUOTED, _GIVEN) == wanted.agency)
    return found


# Whose guide or text was quoted; to whom the question was given.
_QUOTED: Final = (
    select(answer_log.c.agency)
    .where(answer_log.c.id == feedback.c.answer_id)
    .correlate(feedback)
    .scalar_subquery()
)
_GIVEN: Final = (
    select(question_group.c.agency)
    .join(grouped_question, grouped_question.c.group_id == question_group.c.id)
    .where(grouped_question.c.answer_id == feedback.c.answer_id)
    .correlate(feedback)
    .scalar_subquery()
)


def _behind(before: Place | None) -> list[ColumnElement[bool]]:
    if before is None:
        return []
    earlier = or_(feedback.c.updated < before.at, feedback.c.answer_id < before.answer_id)
    return [feedback.c.updated <= before.at, earlier]


def _report(row: Row[Any]) -> Report:
    reason = Reason(row.reason) if row.reason else None
    return Report(
        row.answer_id, row.question, row.status, row.agency, reason, row.text, row.updated,
        bool(row.is_known), ReportState(row.state), row.reply, row.replied, row.number, row.closed_for,
        row.owner,
    )  # fmt: skip
