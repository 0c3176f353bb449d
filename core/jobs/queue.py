"""What others do with jobs, each within the caller's transaction: put one in, cancel, try again, forget."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from core.database.rows import insert_for
from core.errors import BadInput, Conflict, NotFound
from core.jobs.models import ENDED, OPEN, Job, State, job_of
from core.jobs.tables import job
from core.retention.models import DataClass, RetentionRule

MOST_ATTEMPTS: Final = 5
_LONGEST_PARAMS: Final = 4000
_LONGEST_NAME: Final = 200
# A job with the key may end between the attempt to write and the look for it.
_TRIES: Final = 5


def enqueue(
    connection: Connection,
    kind: str,
    params: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    unique: str | None = None,
    at: datetime | None = None,
    most_attempts: int = MOST_ATTEMPTS,
) -> int:
    """Puts a job in; whoever does tells the workers once the transaction is committed, or lets them find it.

    Args:
        connection: The transaction in which the job comes to be, or does not.
        kind: Which handler it is for.
        params: Plain values and ids: what is personal is looked up by whoever runs it.
        by: Who wants it: a login, or a name such as `@schedule`.
        now: This instant.
        unique: No other open job may have it; where one has, that one is meant.
        at: When it may begin; at once if not told.
        most_attempts: So often it is begun before it has failed.

    Returns: The number of the job, or of the open one with the key.

    Raises:
        BadInput: The parameters are no plain values, or far too many.
    """
    values = {
        "kind": kind, "params": _checked(kind, params, unique), "state": State.QUEUED, "done": 0, "total": 0,
        "note": "", "attempts": 0, "most_attempts": most_attempts, "fence": 0, "not_before": at or now,
        "cancel": False, "unique_key": unique, "actor": by, "created": now,
    }  # fmt: skip
    for _ in range(_TRIES):
        number = connection.execute(
            insert_for(connection, job).on_conflict_do_nothing().values(**values).returning(job.c.id)
        ).scalar()
        if number is None:
            number = _open_with(connection, unique)
        if number is not None:
            return number
    raise Conflict(f"{kind} with one key begins and ends all the time")


def _open_with(connection: Connection, unique: str | None) -> int | None:
    held = select(job.c.id).where(job.c.unique_key == unique, job.c.state.in_(OPEN))
    return connection.execute(held).scalar()


def _checked(kind: str, params: Mapping[str, Any], unique: str | None) -> dict[str, Any]:
    given = dict(params)
    try:
        text = json.dumps(given, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        raise BadInput(f"{kind}: the parameters are no plain values") from None
    if len(text) > _LONGEST_PARAMS or any(len(name) > _LONGEST_NAME for name in (kind, unique or "")):
        raise BadInput(f"{kind}: the parameters are too long: a job carries ids")
    return given


def cancel(connection: Connection, number: int, now: datetime) -> Job:
    """Ends a job that waits; one that runs is told, and ends at its handler's next check.

    Returns: The job as it is now.

    Raises:
        NotFound: There is none.
        Conflict: It has ended.
    """
    held = _locked(connection, number)
    if not held.state.is_open:
        raise Conflict("the job has ended", public_message=f"任务已结束（{held.state.label}）。")
    ended = {"state": State.CANCELLED, "finished": now} if held.state is State.QUEUED else {}
    return _changed(connection, number, cancel=True, **ended)


def retry(connection: Connection, number: int, now: datetime) -> Job:
    """Puts a job that failed or was cancelled in once more; it goes on where it stood.

    Returns: The job as it is now.

    Raises:
        NotFound: There is none.
        Conflict: It is open, or done, or another one with its key is open.
    """
    held = _locked(connection, number)
    if held.state not in (State.FAILED, State.CANCELLED):
        raise Conflict(
            "neither failed nor cancelled", public_message=f"任务现在是“{held.state.label}”，不能重试。"
        )
    fresh = {"state": State.QUEUED, "attempts": 0, "not_before": now, "cancel": False, "finished": None}
    try:
        return _changed(connection, number, **fresh, error=None, message=None)
    except IntegrityError:
        raise Conflict("another one is open", public_message="同样的任务已在排队或运行。") from None


def _locked(connection: Connection, number: int) -> Job:
    row = connection.execute(select(job).where(job.c.id == number).with_for_update()).first()
    if row is None:
        raise NotFound(f"no job {number}", public_message="没有这个任务。")
    return job_of(row)


def _changed(connection: Connection, number: int, **values: Any) -> Job:
    statement = update(job).where(job.c.id == number).values(**values).returning(job)
    return job_of(connection.execute(statement).one())


def job_rule(days: int) -> RetentionRule:
    """How long a job that ended is listed."""
    return RetentionRule(
        name="jobs", label="后台任务记录", data_class=DataClass.CONTENT, clock=job.c.finished, days=days,
        held=job.c.state.in_(ENDED), setting="JOB_DAYS",
        reason="只供查看任务是否完成；未结束的任务不会清理。",
    )  # fmt: skip
