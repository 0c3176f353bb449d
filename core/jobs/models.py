"""A job as the program sees it, its states, and how the run of one can be ended from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row

from core.errors import WeizhengError


class State(StrEnum):
    """Where a job stands. The last three are ends; an end is left by a retry alone."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """As pages name it."""
        return _LABELS[self]

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self in OPEN


_LABELS: Final = {
    State.QUEUED: "排队",
    State.RUNNING: "运行中",
    State.DONE: "完成",
    State.FAILED: "失败",
    State.CANCELLED: "已取消",
}
OPEN: Final = (State.QUEUED, State.RUNNING)
ENDED: Final = (State.DONE, State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class Job:
    """One job as it stood when it was read.

    Attributes:
        params: Plain values and ids, never a citizen's words.
        done: So many parts of `total` are done; `total` is 0 where nobody knows.
        attempts: How often it was begun since it last came further, unless it was given back.
        fence: Which claim of it; every write of whoever runs it names this number.
        lease_until: Until then it belongs to whoever runs it.
        not_before: When it may begin.
        cancel: Somebody wants it to end.
        unique_key: No other open job has it.
        actor: Who wanted it.
        error: Code of what went wrong last.
        message: The same for staff, in Chinese.
        result: What came of it: a few plain values.
    """

    id: int
    kind: str
    params: Mapping[str, Any]
    state: State
    done: int
    total: int
    note: str
    attempts: int
    most_attempts: int
    fence: int
    lease_until: datetime | None
    not_before: datetime
    cancel: bool
    unique_key: str | None
    actor: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    error: str | None
    message: str | None
    result: Mapping[str, Any] | None


def job_of(row: Row[Any]) -> Job:
    """The job of a row that has all columns."""
    values = dict(row._mapping)
    return Job(**{**values, "state": State(values["state"])})


class Interrupted(WeizhengError):
    """The run of a job has to end now. Whoever runs it lets it through."""

    code = "interrupted"


class LeaseLost(Interrupted):
    """The job belongs to somebody else by now, or has ended: nothing more may be written for it."""

    code = "lease_lost"
    public_message = "处理任务的进程中断了，任务会重新开始。"


class Cancelled(Interrupted):
    """Somebody wants the job to end."""

    code = "cancelled"
    public_message = "任务已取消。"


class Stopped(Interrupted):
    """The worker is told to stop: the job goes on elsewhere, or later."""

    code = "stopped"
