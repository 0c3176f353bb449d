"""The commands on background jobs: cancel one, try one again."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.jobs.models import Job
from core.jobs.queue import cancel, retry


class OfJob(Payload):
    """Which job."""

    id: int = Field(ge=1, le=2**31 - 1)


def _subject(_: Act, given: OfJob) -> tuple[Subject, ...]:
    # A job is no agency's: only who works for all of them may touch it.
    return (Subject("job", str(given.id)),)


def _cancel(act: Act, given: OfJob) -> Done:
    return _done(cancel(act.connection, given.id, act.now))


def _retry(act: Act, given: OfJob) -> Done:
    return _done(retry(act.connection, given.id, act.now))


def _done(job: Job) -> Done:
    return Done({"kind": job.kind, "state": job.state.value}, value=job)


JOB_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("job.cancel", Permission.JOBS, OfJob, _subject, _cancel),
    Command("job.retry", Permission.JOBS, OfJob, _subject, _retry),
)
