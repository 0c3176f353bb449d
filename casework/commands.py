"""The commands on groups of questions: give one to an agency, put it aside, say what answers it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints
from sqlalchemy import Row, select, update

from casework.listing import GroupState
from casework.tables import question_group
from core.calendar import Calendar, StateCalendar
from core.catalogue.keys import Kind
from core.catalogue.models import Status
from core.catalogue.reads import stored_record
from core.catalogue.tables import agency
from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind as JobKind
from core.jobs.queue import enqueue

_GROUP: Final = "question_group"
MOST_DAYS: Final = 60
_NO_ANSWER: Final = {"answered_kind": None, "answered_by": None}
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class OfGroup(Payload):
    """A group, as whoever acts has seen it.

    Attributes:
        state: What it was then: acted on is what was looked at.
    """

    id: Annotated[int, Field(ge=1, lt=2**31)]
    state: GroupState


class Assign(OfGroup):
    """To whom a group is given.

    Attributes:
        agency: External id; None takes it back to those who look after all agencies.
        days: Working days until it is due; None sets no day.
    """

    agency: Text | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None


class Dismiss(OfGroup):
    """Why nothing is to be done."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Answer(OfGroup):
    """What answers the group: a record that citizens can see."""

    kind: Kind
    external_id: Text


def working_day(start: date, days: int, calendar: Calendar) -> date:
    """So many working days after a day; of a year that is not announced yet Monday to Friday count."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= (calendar.kind(day) or ("workday" if day.weekday() < 5 else "weekend")) == "workday"
    return day


def _found(act: Act, given: OfGroup) -> Row[Any]:
    row = act.connection.execute(select(question_group).where(question_group.c.id == given.id)).one_or_none()
    if row is None:
        raise NotFound("no such group", public_message="没有这一组问题，可能已经并入别的组。")
    return row


def _seen(act: Act, given: OfGroup) -> None:
    if _found(act, given).state != given.state:
        raise Conflict("another state", public_message="这一组在此期间有变化，请刷新后再操作。")


def _subject(given: OfGroup, owner: str | None) -> Subject:
    return Subject(_GROUP, str(given.id), owner)


def _own(act: Act, given: OfGroup) -> tuple[Subject, ...]:
    return (_subject(given, _found(act, given).agency),)


def _both(act: Act, given: Assign) -> tuple[Subject, ...]:
    return (*_own(act, given), _subject(given, given.agency))


def _assign(act: Act, given: Assign) -> Done:
    _seen(act, given)
    known = select(agency.c.external_id).where(agency.c.external_id == given.agency)
    if given.agency is not None and act.connection.execute(known).first() is None:
        raise BadInput("agency", public_message="没有这个部门。")
    due = working_day(act.today, given.days, StateCalendar()) if given.agency and given.days else None
    state = GroupState.ASSIGNED if given.agency else GroupState.OPEN
    values = {"agency": given.agency, "owner": act.actor.login, "due": due}
    _change(act, given, state, reason=None, **_NO_ANSWER, **values)
    return Done({"agency": given.agency, "due": due.isoformat() if due else None})


def _dismiss(act: Act, given: Dismiss) -> Done:
    _seen(act, given)
    _change(act, given, GroupState.DISMISSED, reason=given.reason, owner=act.actor.login, **_NO_ANSWER)
    return Done({"reason": given.reason})


def _reopen(act: Act, given: OfGroup) -> Done:
    _seen(act, given)
    state = GroupState.ASSIGNED if _found(act, given).agency else GroupState.OPEN
    _change(act, given, state, reason=None, **_NO_ANSWER)
    return Done({"state": state.value})


def _answer(act: Act, given: Answer) -> Done:
    _seen(act, given)
    held = stored_record(act.connection, given.kind, given.external_id)
    if held is None or held.status is not Status.PUBLISHED:
        raise BadInput("not published", public_message="这条内容没有对市民公开发布，还不能作为答复。")
    named = {"answered_kind": given.kind, "answered_by": given.external_id}
    _change(act, given, GroupState.ANSWERED, reason=None, owner=act.actor.login, **named)
    number = enqueue(
        act.connection, JobKind.TELL, {"group": given.id},
        by=act.actor.login, now=act.now, unique=f"tell:{given.id}:{given.kind}:{given.external_id}"[:200],
    )  # fmt: skip
    return Done({"kind": given.kind, "external_id": given.external_id, "job": number}, value=number)


def _change(act: Act, given: OfGroup, state: GroupState, **values: Any) -> None:
    this = question_group.c.id == given.id
    act.connection.execute(update(question_group).where(this).values(state=state.value, **values))


GROUP_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("group.assign", Permission.CASEWORK, Assign, _both, _assign),
    Command("group.dismiss", Permission.CASEWORK, Dismiss, _own, _dismiss),
    Command("group.reopen", Permission.CASEWORK, OfGroup, _own, _reopen),
    Command("group.answer", Permission.CASEWORK, Answer, _own, _answer),
)
