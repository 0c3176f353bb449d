"""Runs the training's job in this process, or follows the worker that has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import httpx
from rich.console import Console
from sqlalchemy import Engine

from apps.cli.errors import CommandFailed
from apps.cli.importing import OnProgress, progress_bar
from apps.cli.installation import ensure_home, opened_database
from apps.cli.operating import run_as_operator
from apps.recommending import training
from core.clock import SystemClock
from core.database.engine import reading, writing
from core.errors import Conflict
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.jobs.models import Job, State
from core.jobs.queue import cancel
from core.jobs.reads import Jobs
from core.jobs.running import Runner
from core.keys import Keys
from core.settings import Settings, load_settings
from knowledge_base.client import EmbedClient
from recommender.training.commands import TRAIN, recommender_commands
from recommender.training.job import TrainingJob
from recommender.training.kept import one
from recommender.training.models import StoredModel, TooLittle, number_of

_LOOKED_EVERY_S: Final = 0.5
_EMBEDDING_S: Final = 30.0


def train_now(console: Console, *, tune: bool) -> StoredModel:
    """One training, to its end.

    Raises:
        TooLittle: There is not enough to learn from.
        Conflict: One is under way that chooses no parameters, and they are to be chosen.
        CommandFailed: It failed, or somebody cancelled it.
    """
    settings = load_settings()
    keys = ensure_home(settings)
    with opened_database(settings) as engine:
        commands = recommender_commands(settings.recommender_model_days)
        number = int(run_as_operator(engine, commands, TRAIN, {"tune": tune}))
        with progress_bar(console, "训练 training") as on_progress:
            job = _Followed(settings, keys, engine, number, on_progress).to_its_end()
        if job.state is not State.DONE or job.result is None:
            reason = job.message or job.state.label
            raise CommandFailed(f"the training came to no end: job {number} {job.state}. {reason}")
        if "model" not in job.result:
            raise TooLittle(f"there is too little to learn from. {job.result['reason']}")
        with reading(engine) as connection:
            return one(connection, number_of(job.result["model"]))


class _Followed:
    """The job, run here unless a worker has it."""

    def __init__(
        self, settings: Settings, keys: Keys, engine: Engine, number: int, on_progress: OnProgress
    ) -> None:
        clock = SystemClock(settings.zone)
        http = httpx.Client(trust_env=False, timeout=_EMBEDDING_S)
        embedder = EmbedClient(http, settings.knowledge_url, keys.service_token)
        handler = TrainingJob(training(settings, engine, clock, embedder))
        self._engine = engine
        self._number = number
        self._on_progress = on_progress
        self._clock = clock
        self._jobs = Jobs(engine, clock)
        self._stopping = threading.Event()
        self._leases = Leases(engine, clock, settings.worker_lease_s)
        handlers = {Kind.TRAIN.value: handler}
        self._runner = Runner(self._leases, handlers, self._stopping, settings.worker_lease_s)

    def to_its_end(self) -> Job:
        """The job as it ended. Interrupted it is cancelled, if it runs here."""
        with ThreadPoolExecutor(1) as pool:
            running: Future[str] | None = None
            try:
                while (job := self._jobs.one(self._number)).state.is_open:
                    self._on_progress(job.done, job.total)
                    if running is None or running.done():
                        running = self._begun(pool.submit)
                    time.sleep(_LOOKED_EVERY_S)
            except KeyboardInterrupt:
                self._stopping.set()
                if running is not None:
                    running.result()
                    self._cancel()
                raise
        return job

    def _begun(self, submit: Callable[..., Future[str]]) -> Future[str] | None:
        self._leases.sweep()
        job = self._leases.claim([Kind.TRAIN])
        return submit(self._runner.run, job) if job else None

    def _cancel(self) -> None:
        try:
            with writing(self._engine) as connection:
                cancel(connection, self._number, self._clock.now())
        except Conflict:
            # It has ended by itself.
            return
