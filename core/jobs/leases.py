"""Who runs a job: claimed by one fenced update, held for a while, taken back when its holder is gone.

Each write of whoever runs a job names its fence. A holder that was thought dead changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, select, update

from core.clock import Clock
from core.database.engine import reading, writing
from core.errors import WeizhengError
from core.jobs.models import Job, LeaseLost, State, job_of
from core.jobs.tables import job

LEASE_S: Final = 60.0
PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 300
_SWEPT_AT_ONCE: Final = 100
_LONGEST_NOTE: Final = 200
# A copy of the database may be put back while its jobs run: no claim since then comes near.
RESTORED_FENCES: Final = 1_000_000


class Leases:
    """The claims of one worker; methods block.

    Args:
        engine: Database.
        clock: The time.
        lease_s: Seconds that a job belongs to its holder after each sign of life.
        pause_s: Seconds that a job waits that went wrong; doubled each time, 5 minutes at most.
    """

    def __init__(
        self, engine: Engine, clock: Clock, lease_s: float = LEASE_S, pause_s: float = PAUSE_S
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)
        self._pause_s = pause_s

    @property
    def engine(self) -> Engine:
        """The database of the jobs, and of what they do."""
        return self._engine

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._clock

    def claim(self, kinds: Collection[str]) -> Job | None:
        """The job that has waited longest, now held under a fence of its own; None where none is due.

        Raises:
            Unavailable: The database does not answer.
        """
        now = self._clock.now()
        due = (
            select(job.c.id)
            .where(job.c.state == State.QUEUED, job.c.not_before <= now, job.c.kind.in_(kinds))
            .order_by(job.c.not_before, job.c.id)
            .limit(1)
        )
        with reading(self._engine) as connection:
            # Most looks find nothing, and must not keep SQLite's only writer waiting.
            if connection.execute(due).first() is None:
                return None
        chosen = due.with_for_update(skip_locked=True).scalar_subquery()
        claimed = (
            update(job)
            .where(job.c.id == chosen, job.c.state == State.QUEUED)
            .values(
                state=State.RUNNING,
                fence=job.c.fence + 1,
                attempts=job.c.attempts + 1,
                lease_until=now + self._lease,
                started=now,
            )
            .returning(job)
        )
        with writing(self._engine) as connection:
            row = connection.execute(claimed).first()
        return job_of(row) if row else None

    def hold(self, connection: Connection, held: Job, **values: Any) -> None:
        """Writes for a job within a transaction, and prolongs its lease; first of all, so that it stays held.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        mine = (job.c.id == held.id, job.c.fence == held.fence, job.c.state == State.RUNNING)
        written = update(job).where(*mine).values(lease_until=self._clock.now() + self._lease)
        if connection.execute(written.values(**values)).rowcount != 1:
            raise LeaseLost(f"job {held.id} is not held under fence {held.fence}")

    def extend(self, held: Job) -> None:
        """A sign of life.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        with writing(self._engine) as connection:
            self.hold(connection, held)

    def is_cancelled(self, held: Job) -> bool:
        """Whether somebody wants it to end.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        mine = (job.c.id == held.id, job.c.fence == held.fence, job.c.state == State.RUNNING)
        with reading(self._engine) as connection:
            row = connection.execute(select(job.c.cancel).where(*mine)).first()
        if row is None:
            raise LeaseLost(f"job {held.id} is not held under fence {held.fence}")
        return bool(row.cancel)

    def note(self, connection: Connection, held: Job, done: int, total: int, note: str = "") -> None:
        """Writes where the work stands; a run that came further than all before it is a first attempt.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        # A long job that is broken off now and then comes to its end all the same.
        further = {"attempts": 1} if done > held.done else {}
        self.hold(connection, held, done=done, total=total, note=note[:_LONGEST_NOTE], **further)

    def finish(self, held: Job, result: Mapping[str, Any] | None = None) -> State:
        """It is done.

        Returns: What it is now; so do the others that end a run.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        given = None if result is None else dict(result)
        return self._end(held, State.DONE, result=given, error=None, message=None)

    def end_cancelled(self, held: Job) -> State:
        """It ended since somebody wanted it to.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        return self._end(held, State.CANCELLED, error=None, message=None)

    def fail(self, held: Job, error: BaseException, *, for_good: bool) -> State:
        """It went wrong: it is tried again after a pause, unless it was the last time.

        Args:
            for_good: It would go wrong each time.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        known = error if isinstance(error, WeizhengError) else WeizhengError()
        told = {"error": known.code, "message": known.public_message}
        if for_good:
            return self._end(held, State.FAILED, **told)
        with writing(self._engine) as connection:
            self.hold(connection, held, **told)
            attempts = connection.execute(select(job.c.attempts).where(job.c.id == held.id)).scalar_one()
            if attempts < held.most_attempts:
                later = self._clock.now() + self._pause(attempts)
                return self._queue(connection, held.id, not_before=later)
        return self._end(held, State.FAILED, **told)

    def give_back(self, held: Job) -> State:
        """It goes on elsewhere or later, as if it had not been begun here.

        Raises:
            LeaseLost: It is not this holder's any more.
        """
        with writing(self._engine) as connection:
            self.hold(connection, held)
            now = self._clock.now()
            return self._queue(connection, held.id, not_before=now, attempts=job.c.attempts - 1)

    def sweep(self) -> list[Job]:
        """Takes back what nobody has given a sign of life of: as the jobs are now."""
        now = self._clock.now()
        lost = (
            select(job)
            .where(job.c.state == State.RUNNING, job.c.lease_until < now)
            .order_by(job.c.lease_until)
            .limit(_SWEPT_AT_ONCE)
        )
        with reading(self._engine) as connection:
            if connection.execute(lost).first() is None:
                return []
        with writing(self._engine) as connection:
            found = connection.execute(lost.with_for_update(skip_locked=True)).all()
            return [self._taken_back(connection, job_of(row), now) for row in found]

    def _taken_back(self, connection: Connection, lost: Job, now: datetime) -> Job:
        told: dict[str, Any] = {"error": LeaseLost.code, "message": LeaseLost.public_message}
        values: dict[str, Any]
        if lost.cancel:
            values = {"state": State.CANCELLED, "finished": now}
        elif lost.attempts >= lost.most_attempts:
            values = {**told, "state": State.FAILED, "finished": now}
            values["message"] = "处理任务的进程多次中断，任务已停止。"
        else:
            values = {**told, "state": State.QUEUED, "not_before": now + self._pause(lost.attempts)}
        taken = update(job).where(job.c.id == lost.id).values(lease_until=None, **values).returning(job)
        return job_of(connection.execute(taken).one())

    def _pause(self, attempts: int) -> timedelta:
        return timedelta(seconds=min(self._pause_s * 2 ** min(attempts - 1, 16), _LONGEST_PAUSE_S))

    def _queue(self, connection: Connection, number: int, **values: Any) -> State:
        """Puts back what is held; where somebody wants it to end it ends."""
        cancelled = connection.execute(select(job.c.cancel).where(job.c.id == number)).scalar_one()
        state = State.CANCELLED if cancelled else State.QUEUED
        if cancelled:
            values = {"finished": self._clock.now()}
        back = update(job).where(job.c.id == number)
        connection.execute(back.values(state=state, lease_until=None, **values))
        return state

    def _end(self, held: Job, state: State, **values: Any) -> State:
        with writing(self._engine) as connection:
            self.hold(connection, held)
            ended = update(job).where(job.c.id == held.id)
            now = self._clock.now()
            connection.execute(ended.values(state=state, lease_until=None, finished=now, **values))
        return state


def release_all(connection: Connection) -> None:
    """For a copy of the database that takes another's place: what ran in it waits, held by nobody."""
    running = update(job).where(job.c.state == State.RUNNING)
    connection.execute(
        running.values(state=State.QUEUED, lease_until=None, fence=job.c.fence + RESTORED_FENCES)
    )
