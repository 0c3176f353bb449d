"""What the worker counts."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import Engine

from core.database.engine import reading
from core.errors import Unavailable
from core.jobs.models import OPEN
from core.jobs.reads import Jobs
from core.metrics import Metrics
from recommender.training.kept import in_use

# From a look at a table to an import of some minutes.
_BUCKETS: Final = (0.01, 0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)


class WorkerMetrics(Metrics):
    """The worker's figures beside those of every process."""

    def __init__(self) -> None:
        super().__init__("worker")
        self._jobs = Counter(
            "weizheng_jobs",
            "Runs of jobs by the state they left the job in; lost is one that was somebody else's by then.",
            ("kind", "state"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "weizheng_job_seconds",
            "Seconds of each run.",
            ("kind",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._swept = Counter(
            "weizheng_jobs_swept", "Jobs taken back from a holder that was gone.", registry=self.registry
        )
        self._open = Gauge(
            "weizheng_jobs_open", "Jobs that have not ended.", ("state",), registry=self.registry
        )
        self._waiting = Gauge(
            "weizheng_jobs_waiting_seconds",
            "How long the job that is most overdue has been waiting to begin.",
            registry=self.registry,
        )
        self._messages = Gauge(
            "weizheng_messages_connected",
            "1 while messages come in; without them jobs begin a second later.",
            registry=self.registry,
        )

        self._model = Gauge(
            "weizheng_recommender_model",
            "Number of the model that serves; 0 for none.",
            registry=self.registry,
        )
        self._model_age = Gauge(
            "weizheng_recommender_model_age_seconds",
            "How long ago the model that serves was trained; 0 for none.",
            registry=self.registry,
        )

    def count_job(self, kind: str, state: str, seconds: float) -> None:
        """Counts a run that ended."""
        self._jobs.labels(kind, state).inc()
        self._seconds.labels(kind).observe(seconds)

    def count_swept(self) -> None:
        """Counts a job that was taken back."""
        self._swept.inc()

    def look(self, jobs: Jobs, *, connected: bool) -> None:
        """Notes what waits now; without the database what was known last stays."""
        self._messages.set(connected)
        try:
            counts = jobs.counts()
            self._waiting.set(max(0.0, jobs.waiting().total_seconds()))
        except Unavailable:
            return
        for state in OPEN:
            self._open.labels(state.value).set(counts[state])

    def look_at_model(self, engine: Engine, now: datetime) -> None:
        """Notes which model serves; without the database what was known last stays."""
        try:
            with reading(engine) as connection:
                used = in_use(connection)
        except Unavailable:
            return
        self._model.set(used.number if used else 0)
        self._model_age.set((now - used.created).total_seconds() if used else 0)
