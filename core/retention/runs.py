"""The log of runs: what went when, and by whom. Jobs are forgotten; this is kept as the security log is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, insert, select, update

from core.clock import Clock
from core.database.engine import writing
from core.retention.models import DataClass, RetentionRule
from core.retention.tables import retention_run

SCHEDULE: Final = "retention"
# The schedule's jobs have it too, so that no two runs are under way.
RUN_KEY: Final = f"schedule:{SCHEDULE}"


@dataclass(frozen=True)
class Run:
    """One run; without `ended` it goes on, or was stopped on its way.

    Attributes:
        gone: Rows by the name of their rule.
    """

    id: int
    actor: str
    began: datetime
    ended: datetime | None
    total: int
    gone: Mapping[str, int]


@dataclass
class RunLog:
    """Writes one run down, batch by batch."""

    id: int
    gone: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, engine: Engine, clock: Clock, actor: str) -> RunLog:
        """A run that begins now."""
        row = {"actor": actor, "began": clock.now(), "total": 0, "gone": {}}
        with writing(engine) as connection:
            made = connection.execute(insert(retention_run).values(row).returning(retention_run.c.id))
            return cls(int(made.scalar_one()))

    def note(self, connection: Connection, name: str, rows: int) -> None:
        """What went, in the transaction in which it does."""
        gone = {**self.gone, name: self.gone.get(name, 0) + rows}
        self._write(connection, gone=gone, total=sum(gone.values()))
        self.gone = gone

    def end(self, engine: Engine, clock: Clock) -> None:
        """All that was due is gone."""
        with writing(engine) as connection:
            self._write(connection, ended=clock.now())

    def _write(self, connection: Connection, **values: object) -> None:
        connection.execute(update(retention_run).where(retention_run.c.id == self.id).values(**values))


def last_run(connection: Connection) -> Run | None:
    """The newest, whether or not anything went."""
    found = _listed(connection, 1, something_went=False)
    return found[0] if found else None


def last_runs(connection: Connection, limit: int) -> list[Run]:
    """Those in which something went, newest first: most hours there is nothing."""
    return _listed(connection, limit, something_went=True)


def _listed(connection: Connection, limit: int, *, something_went: bool) -> list[Run]:
    wanted = [retention_run.c.total > 0] if something_went else []
    newest = select(retention_run).where(*wanted).order_by(retention_run.c.id.desc()).limit(limit)
    return [Run(**row._mapping) for row in connection.execute(newest)]


def run_rule(days: int) -> RetentionRule:
    """The log itself."""
    return RetentionRule(
        name="retention_runs",
        label="清理记录",
        data_class=DataClass.SECURITY,
        clock=retention_run.c.began,
        days=days,
        setting="SECURITY_LOG_DAYS",
        reason="说明哪些数据在何时、由谁清理，与安全日志同期保存。",
    )
