"""The commands on uploads: have one read in the background, stop that, go on with it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import StringConstraints
from sqlalchemy import Row, select, update

from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.errors import Conflict, NotFound
from core.jobs.kinds import Kind
from core.jobs.models import Job
from core.jobs.queue import cancel, enqueue, retry
from knowledge_base.uploads.keeping import Gone, has_bytes, waiting_of
from knowledge_base.uploads.tables import upload

MOST_WAITING: Final = 20
# The database may be away for a while: some hours, ever more seldom.
_MOST_ATTEMPTS: Final = 30


class OfUpload(Payload):
    """Which upload."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=32)]


def _found(act: Act, given: OfUpload) -> Row[Any]:
    row = act.connection.execute(select(upload).where(upload.c.id == given.id)).one_or_none()
    if row is None:
        raise NotFound("no such upload", public_message="没有这份上传的文件，可能已经清理。")
    return row


def _subject(act: Act, given: OfUpload) -> tuple[Subject, ...]:
    return (Subject("upload", given.id, _found(act, given).agency),)


def _import(act: Act, given: OfUpload) -> Done:
    """Only who brought it: the drafts will be theirs."""
    found = _found(act, given)
    if found.job is not None or found.actor != act.actor.login:
        raise NotFound("no such upload", public_message="没有这份上传的文件，可能已经清理。")
    if waiting_of(act.connection, found.actor) >= MOST_WAITING:
        told = f"您已有 {MOST_WAITING} 份文件在后台等待导入，请等它们完成后再上传。"
        raise Conflict("too many uploads wait", public_message=told)
    number = enqueue(
        act.connection, Kind.IMPORT, {"upload": given.id},
        by=act.actor.login, now=act.now, unique=f"upload:{given.id}", most_attempts=_MOST_ATTEMPTS,
    )  # fmt: skip
    act.connection.execute(update(upload).where(upload.c.id == given.id).values(job=number))
    return Done({"name": found.name, "files": found.files, "size": found.size, "job": number}, value=number)


def _cancel(act: Act, given: OfUpload) -> Done:
    return _done(cancel(act.connection, _job(act, given), act.now))


def _retry(act: Act, given: OfUpload) -> Done:
    number = _job(act, given)
    if not has_bytes(act.connection, given.id):
        raise Gone("upload is not kept any more")
    return _done(retry(act.connection, number, act.now))


def _job(act: Act, given: OfUpload) -> int:
    number: int | None = _found(act, given).job
    if number is None:
        raise NotFound("not imported yet", public_message="没有这份上传的文件，可能已经清理。")
    return number


def _done(job: Job) -> Done:
    return Done({"job": job.id, "state": job.state.value}, value=job.id)


UPLOAD_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("upload.import", Permission.EDIT, OfUpload, _subject, _import),
    Command("upload.cancel", Permission.EDIT, OfUpload, _subject, _cancel),
    Command("upload.retry", Permission.EDIT, OfUpload, _subject, _retry),
)
