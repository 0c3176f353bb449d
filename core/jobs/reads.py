"""Jobs as pages and the command line look at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from core.clock import Clock
from core.database.engine import reading
from core.errors import NotFound
from core.jobs.models import OPEN, Job, State, job_of
from core.jobs.tables import job


def is_open_or_undone(key: ColumnElement[str], since: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a job with the key is open, or one put in since then has failed or was cancelled."""
    undone = and_(job.c.state.in_((State.FAILED, State.CANCELLED)), job.c.created >= since)
    return select(job.c.id).where(job.c.unique_key == key, or_(job.c.state.in_(OPEN), undone)).exists()


class Jobs:
    """Reads; methods block.

    Args:
        engine: Database.
        clock: The time.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def one(self, number: int) -> Job:
        """A job by its number.

        Raises:
            NotFound: There is none.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(job).where(job.c.id == number)).first()
        if row is None:
            raise NotFound(f"no job {number}", public_message="没有这个任务。")
        return job_of(row)

    def listed(
        self, state: State | None = None, *, kind: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[list[Job], int]:
        """Jobs, newest first, and how many there are in all."""
        wanted = [job.c.state == state] if state else []
        wanted += [job.c.kind == kind] if kind else []
        page = select(job).where(*wanted).order_by(job.c.id.desc()).limit(limit).offset(offset)
        with reading(self._engine) as connection:
            total = connection.execute(select(func.count()).select_from(job).where(*wanted)).scalar_one()
            return [job_of(row) for row in connection.execute(page)], total

    def counts(self) -> Mapping[State, int]:
        """How many there are in each state."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(job.c.state, func.count()).group_by(job.c.state)).all()
        found = {State(state): number for state, number in rows}
        return {state: found.get(state, 0) for state in State}

    def waiting(self) -> timedelta:
        """For how long the job that is most overdue has been waiting to begin."""
        now = self._clock.now()
        due = (job.c.state == State.QUEUED, job.c.not_before <= now)
        with reading(self._engine) as connection:
            row = connection.execute(
                select(job.c.not_before).where(*due).order_by(job.c.not_before).limit(1)
            ).first()
        return now - row.not_before if row else timedelta()
