"""The commands on what citizens report: reply to it, or close it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from casework.reports import Report, ReportState, report_of
from core.citizens.tables import feedback_reply
from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.database.rows import put
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind as JobKind
from core.jobs.queue import enqueue
from core.text.masking import mask

MOST_REPLY: Final = 1000
MOST_REASON: Final = 500


class OfReport(Payload):
    """What is reported of an answer, as whoever acts has seen it.

    Attributes:
        mark: The report's: acted on is what was looked at.
    """

    answer_id: Annotated[str, Field(min_length=1, max_length=32)]
    mark: Annotated[str, Field(max_length=100)]


class ReplyTo(OfReport):
    """What the citizen is told, in staff's own words."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_REPLY)]


class Close(OfReport):
    """Why nothing more is done; the citizen is told nothing."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_REASON)]


def _found(act: Act, given: OfReport) -> Report:
    held = report_of(act.connection, given.answer_id, lock=True)
    if held is None:
        raise NotFound("no such report", public_message="没有这条反馈，市民可能已经改成“有用”或删除。")
    return held


def _touched(act: Act, given: OfReport) -> tuple[Subject, ...]:
    return (Subject("report", given.answer_id, _found(act, given).agency),)


def _seen(act: Act, given: OfReport) -> Report:
    held = _found(act, given)
    if held.mark != given.mark:
        raise Conflict("another state", public_message="这条反馈在此期间有变化，请看过后再操作。")
    return held


def _reply(act: Act, given: ReplyTo) -> Done:
    held = _seen(act, given)
    if held.state is ReportState.REPLIED:
        raise BadInput("replied", public_message="这条反馈已经回复过。")
    number = held.number + 1
    told = {"text": given.text, "agency": held.agency, "replied": act.now, "number": number}
    _keep(act, given, state=ReportState.REPLIED.value, reason=None, **told)
    job = enqueue(
        act.connection, JobKind.REPLY, {"answer": given.answer_id, "number": number},
        by=act.actor.login, now=act.now, unique=f"reply:{given.answer_id}:{number}",
    )  # fmt: skip
    return Done({"number": number, "job": job}, value=job)


def _close(act: Act, given: Close) -> Done:
    held = _seen(act, given)
    if held.state is not ReportState.OPEN:
        raise BadInput("not open", public_message="这条反馈已经处理过。")
    number = {} if held.number else {"number": 0}
    _keep(act, given, state=ReportState.CLOSED.value, reason=mask(given.reason), **number)
    # The audit log is not erased: it holds none of the words.
    return Done({"state": ReportState.CLOSED.value})


def _keep(act: Act, given: OfReport, **values: Any) -> None:
    acted = {"owner": act.actor.login, "changed": act.now}
    put(act.connection, feedback_reply, "answer_id", answer_id=given.answer_id, **values, **acted)


REPORT_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("report.reply", Permission.CASEWORK, ReplyTo, _touched, _reply),
    Command("report.close", Permission.CASEWORK, Close, _touched, _close),
)
