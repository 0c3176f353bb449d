"""Lets go what is older than its time, and writes down what went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from core.clock import Clock
from core.database.engine import reading
from core.jobs.context import Context
from core.retention.forgetting import BATCH, forget_all
from core.retention.models import RetentionRule
from core.retention.runs import RunLog


@dataclass(frozen=True)
class Retention:
    """The handler; harmless twice, and wherever it is broken off.

    Attributes:
        rules: In the order in which they run.
        batch: Rows of a transaction.
    """

    engine: Engine
    clock: Clock
    rules: Sequence[RetentionRule]
    batch: int = BATCH

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """How many rows went."""
        at = self.clock.now()
        with reading(self.engine) as connection:
            total = sum(rule.count(connection, at) for rule in self.rules)
        log = RunLog.begin(self.engine, self.clock, context.job.actor)

        def check(rule: RetentionRule, gone: int) -> None:
            context.progress(min(gone, total), total, rule.label)

        gone = forget_all(self.engine, self.rules, at, note=log.note, check=check, batch=self.batch)
        if total:
            context.progress(min(sum(gone.values()), total), total)
        log.end(self.engine, self.clock)
        return gone
