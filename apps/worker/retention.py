"""Forgets what is older than its time: conversations, notices, ratings, hits of words, jobs, uploads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine

from casework.ratings.personal import forget_ratings
from channels.web.personal import forget_notices
from core.citizens.retention import purge
from core.clock import Clock
from core.jobs.context import Context
from core.jobs.queue import forget_jobs
from core.words.hits import forget_hits
from knowledge_base.uploads.keeping import forget_uploads


@dataclass(frozen=True)
class Retention:
    """The handler; harmless twice.

    Attributes:
        transcript_days, word_hit_days, job_days: How long each is kept.
    """

    engine: Engine
    clock: Clock
    transcript_days: int
    word_hit_days: int
    job_days: int

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """How many rows went."""
        gone = asdict(purge(self.engine, self.clock, self.transcript_days))
        context.check()
        gone["notices"] = forget_notices(self.engine, self.clock)
        context.check()
        gone["ratings"] = forget_ratings(self.engine, self.clock, self.transcript_days)
        context.check()
        gone["word_hits"] = forget_hits(self.engine, self.clock, self.word_hit_days)
        context.check()
        gone["jobs"] = forget_jobs(self.engine, self.clock, self.job_days)
        context.check()
        return {**gone, "uploads": forget_uploads(self.engine, self.clock)}
