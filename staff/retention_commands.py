"""The command on retention: let go now what is due."""

from __future__ import annotations

from typing import Any, Final

from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.jobs.kinds import Kind
from core.jobs.queue import enqueue
from core.retention.runs import RUN_KEY


def _subject(_: Act, __: Payload) -> tuple[Subject, ...]:
    # What is kept is no single agency's.
    return (Subject("retention", "run"),)


def _run(act: Act, _: Payload) -> Done:
    """A job, or the one that is open; the worker does it as it does the schedule's."""
    number = enqueue(act.connection, Kind.RETENTION, {}, by=act.actor.login, now=act.now, unique=RUN_KEY)
    return Done({"job": number}, value=number)


RETENTION_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("retention.run", Permission.JOBS, Payload, _subject, _run),
)
