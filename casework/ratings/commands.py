"""The commands on bad ratings: whose they are, the call-back, the end. None changes what was rated."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, model_validator
from sqlalchemy import Row, insert, select, update

from casework.commands import Text
from casework.ratings.models import Delivery, How, Outcome, StepKind, TaskState
from casework.ratings.tables import rating, rating_step, rating_task
from core.catalogue.tables import agency
from core.citizens.consents import Purpose, agreed
from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind as JobKind
from core.jobs.queue import enqueue
from core.text.masking import mask

_RATING: Final = "rating"
MOST_SAID: Final = 1000
_Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_SAID)]


class OfRating(Payload):
    """A bad rating, as whoever acts has seen it.

    Attributes:
        state: What it was then: acted on is what was looked at.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")]
    state: TaskState


class Assign(OfRating):
    """Whose it is from now on.

    Attributes:
        agency: External id; None are those who look after all agencies. Whose it is already takes it in hand.
    """

    agency: Text | None = None


class CallBack(OfRating):
    """That whoever rated was called back, or could not be.

    Attributes:
        said: What was said; by the inbox it is what the citizen reads.
    """

    how: How
    outcome: Outcome
    said: _Said

    @model_validator(mode="after")
    def _agrees(self) -> CallBack:
        if (self.how is How.NOT_REACHED) != (self.outcome is Outcome.NOT_REACHABLE):
            raise ValueError("联系不上只有一种结果")
        return self


class Close(OfRating):
    """What was put right."""

    note: _Said


def _found(act: Act, given: OfRating) -> Row[Any]:
    # Whoever rates anew at this moment waits.
    this = select(rating_task).where(rating_task.c.rating_id == given.id).with_for_update()
    row = act.connection.execute(this).one_or_none()
    if row is None:
        raise NotFound("no such task", public_message="没有这条差评，可能评价已经修改或删除。")
    return row


def _seen(act: Act, given: OfRating, *allowed: TaskState) -> Row[Any]:
    row = _found(act, given)
    if row.state != given.state:
        raise Conflict("another state", public_message="这条差评在此期间有变化，请刷新后再操作。")
    if row.state not in allowed:
        raise BadInput("not in this state", public_message="这条差评现在的状态不能这样操作。")
    return row


def _own(act: Act, given: OfRating) -> tuple[Subject, ...]:
    return (Subject(_RATING, given.id, _found(act, given).agency),)


def _both(act: Act, given: Assign) -> tuple[Subject, ...]:
    return (*_own(act, given), Subject(_RATING, given.id, given.agency))


def _assign(act: Act, given: Assign) -> Done:
    row = _seen(act, given, TaskState.OPEN, TaskState.IN_HAND, TaskState.CALLED_BACK)
    known = select(agency.c.external_id).where(agency.c.external_id == given.agency)
    if given.agency is not None and act.connection.execute(known).first() is None:
        raise BadInput("agency", public_message="没有这个部门。")
    taken = given.agency == row.agency
    begun = taken or row.state != TaskState.OPEN
    # What is only passed on nobody has begun; the call-back of who had it is not that of who has it now.
    state = TaskState.IN_HAND if begun else TaskState.OPEN
    _change(act, given, state, agency=given.agency, owner=act.actor.login if taken else None)
    _note(act, given, StepKind.TAKEN if taken else StepKind.GIVEN, agency=given.agency)
    return Done({"agency": given.agency, "taken": taken})


def _call_back(act: Act, given: CallBack) -> Done:
    _seen(act, given, TaskState.OPEN, TaskState.IN_HAND, TaskState.CALLED_BACK)
    inbox = given.how is How.INBOX
    if inbox and not _may_be_told(act, given.id):
        raise BadInput(
            "no consent",
            public_message="这位市民没有同意接收消息，或者评价已与对话分开，不能用页面消息回访。",
        )
    _change(act, given, TaskState.CALLED_BACK, owner=act.actor.login)
    # What goes to the citizen may name a counter's telephone; what is noted of the citizen holds no number.
    said = given.said if inbox else mask(given.said)
    step = _note(
        act, given, StepKind.CALLED_BACK, how=given.how, outcome=given.outcome, text=said,
        delivery=Delivery.WAITING if inbox else None,
    )  # fmt: skip
    job = None
    if inbox:
        job = enqueue(
            act.connection, JobKind.RATING_REPLY, {"step": step}, by=act.actor.login, now=act.now
        )  # fmt: skip
    # The audit log is not erased: it holds none of the words.
    return Done({"how": given.how, "outcome": given.outcome, "step": step, "job": job}, value=job)


def _may_be_told(act: Act, number: str) -> bool:
    linked = select(rating.c.conversation).where(rating.c.id == number)
    citizen = act.connection.execute(linked).scalar()
    return citizen is not None and Purpose.FOLLOWUP_NOTICE in agreed(act.connection, citizen)


def _close(act: Act, given: Close) -> Done:
    if _found(act, given).state in (TaskState.OPEN, TaskState.IN_HAND):
        raise BadInput("not called back", public_message="要先有回访记录，才能办结。")
    row = _seen(act, given, TaskState.CALLED_BACK)
    _change(act, given, TaskState.CLOSED, closed=act.today)
    _note(act, given, StepKind.CLOSED, text=mask(given.note))
    return Done({"in_time": act.today <= row.due})


def _reopen(act: Act, given: OfRating) -> Done:
    _seen(act, given, TaskState.CLOSED)
    # The clock is not set back: what was not put right is as late as it is.
    _change(act, given, TaskState.IN_HAND, closed=None)
    _note(act, given, StepKind.REOPENED)
    return Done({"state": TaskState.IN_HAND})


def _change(act: Act, given: OfRating, state: TaskState, **values: Any) -> None:
    this = rating_task.c.rating_id == given.id
    act.connection.execute(update(rating_task).where(this).values(state=state, **values))


def _note(act: Act, given: OfRating, kind: StepKind, **values: Any) -> int:
    row = {"rating_id": given.id, "at": act.now, "login": act.actor.login, "kind": kind, **values}
    added = insert(rating_step).values(**row).returning(rating_step.c.number)
    return int(act.connection.execute(added).scalar_one())


RATING_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("rating.assign", Permission.CASEWORK, Assign, _both, _assign),
    Command("rating.call_back", Permission.CASEWORK, CallBack, _own, _call_back),
    Command("rating.close", Permission.CASEWORK, Close, _own, _close),
    Command("rating.reopen", Permission.CASEWORK, OfRating, _own, _reopen),
)
