"""The worker's composition root: real services from settings and keys."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
from sqlalchemy import Engine

from apps.recommending import training
from apps.retained import retained
from apps.worker.correcting import Correcting
from apps.worker.figures import FigureCounting
from apps.worker.grouping import QuestionGrouping
from apps.worker.health import HealthServer, health_page, metrics_page
from apps.worker.importing import Importing
from apps.worker.loop import Chore, Loop, Pace
from apps.worker.metrics import WorkerMetrics
from apps.worker.model_training import ModelTraining
from apps.worker.publishing import Publishing
from apps.worker.rating_replies import RatingReplies
from apps.worker.replying import Replying
from apps.worker.retention import Retention
from apps.worker.telling import Telling
from casework.groups import Grouper
from channels.web.bell import RedisBell
from core.clock import Clock, SystemClock
from core.database.engine import open_engine
from core.jobs.handlers import Handler
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.jobs.messages import Listener
from core.jobs.reads import Jobs
from core.jobs.running import Runner
from core.jobs.schedules import Schedule, Schedules
from core.keys import Keys
from core.redis import connect, redis_url
from core.retention.runs import SCHEDULE
from core.settings import Settings
from insight.keeping import FigureKeeper
from knowledge_base.client import EmbedClient
from knowledge_base.editing.commands import Editing
from recommender.training.commands import SCHEDULE as TRAINING
from staff.runner import CommandRunner

# 64 questions, after those of citizens.
_EMBEDDING_S: Final = 30.0
SCHEDULES: Final = (Schedule(SCHEDULE, Kind.RETENTION, every_s=3600),)
NEVER: Final = "off"
# Jobs of many minutes.
APART: Final = frozenset({Kind.TRAIN})


@dataclass(frozen=True)
class Worker:
    """Everything of the process.

    Attributes:
        loop: The lane in which jobs run.
        apart: A lane beside it for jobs of many minutes, behind which no notice is to wait.
        health: Shows that it works.
        listener: Takes messages.
        engine: Database.
    """

    loop: Loop
    apart: Loop | None
    health: HealthServer
    listener: Listener
    engine: Engine

    @property
    def lanes(self) -> tuple[Loop, ...]:
        """Each has at most one job under way."""
        return (self.loop,) if self.apart is None else (self.loop, self.apart)


def open_worker(settings: Settings, keys: Keys) -> Worker:
    """Everything real.

    Raises:
        BadInput: Its port cannot be used.
    """
    engine = open_engine(settings.database_url)
    clock = SystemClock(settings.zone)
    handlers, chores = duties(settings, keys, engine, clock)
    due = Schedules(engine, clock, settings.zone, schedules(settings))
    due.prepare()
    leases = Leases(engine, clock, settings.worker_lease_s)
    return assemble(settings, keys, leases, handlers, (due.put_in, *chores))


def schedules(settings: Settings) -> tuple[Schedule, ...]:
    """What is done regularly in this installation."""
    at = settings.recommender_train_at
    training = () if at == NEVER else (Schedule(TRAINING, Kind.TRAIN, daily_at=at),)
    return (*SCHEDULES, *training)


def duties(
    settings: Settings, keys: Keys, engine: Engine, clock: Clock
) -> tuple[Mapping[str, Handler], Sequence[Chore]]:
    """What does each kind of jobs, and what is looked after in between."""
    publishing = Publishing(engine, clock, _commands(settings, engine, clock))
    grouping = _grouping(settings, keys, engine, clock)
    bell = RedisBell(connect(redis_url(settings, keys)))
    counting = FigureCounting(engine, clock, FigureKeeper(engine, clock, settings.zone))
    handlers: Mapping[str, Handler] = {
        Kind.RETENTION: Retention(engine, clock, retained(settings)),
        Kind.PUBLISH: publishing,
        Kind.GROUPING: grouping,
        Kind.TELL: Telling(engine, clock, bell),
        Kind.RATING_REPLY: RatingReplies(engine, clock, bell),
        Kind.CORRECT: Correcting(engine, clock, bell),
        Kind.IMPORT: Importing(engine, clock, _commands(settings, engine, clock)),
        Kind.FIGURES: counting,
        Kind.REPLY: Replying(engine, clock, bell),
        Kind.TRAIN: ModelTraining(training(settings, engine, clock)),
    }
    return handlers, (publishing.put_in_due, grouping.put_in_due, counting.put_in_due)


def assemble(
    settings: Settings,
    keys: Keys,
    leases: Leases,
    handlers: Mapping[str, Handler],
    chores: Sequence[Chore],
) -> Worker:
    """The worker around handlers and chores; leases last as long as the settings say."""
    stopping = threading.Event()
    metrics = WorkerMetrics()
    pace = Pace(settings.worker_poll_s, settings.worker_stop_s)

    def lane(kinds: Collection[str], chores: Sequence[Chore]) -> Loop:
        mine = {kind: handlers[kind] for kind in kinds}
        return Loop(
            leases, Runner(leases, mine, stopping, settings.worker_lease_s), chores, metrics, stopping, pace
        )

    long = APART & set(handlers)
    loop = lane(set(handlers) - long, chores)
    apart = lane(long, ()) if long else None
    listener = Listener(redis_url(settings, keys), lambda _: loop.bell.ring(settings.worker_lease_s))
    jobs = Jobs(leases.engine, leases.clock)

    def figures() -> bytes:
        metrics.look(jobs, connected=listener.is_connected)
        return metrics.text()

    def is_healthy() -> bool:
        return loop.is_healthy and (apart is None or apart.is_healthy)

    pages = {"/healthz": health_page(is_healthy), "/metrics": metrics_page(figures)}
    health = HealthServer(settings.worker_host, settings.worker_port, pages, metrics.count_request)
    return Worker(loop, apart, health, listener, leases.engine)


def _grouping(settings: Settings, keys: Keys, engine: Engine, clock: Clock) -> QuestionGrouping:
    # Between our own processes: a proxy of the machine has no business there.
    http = httpx.Client(trust_env=False, timeout=_EMBEDDING_S)
    embedder = EmbedClient(http, settings.knowledge_url, keys.service_token)
    return QuestionGrouping(engine, clock, Grouper(engine, embedder, clock))


def _commands(settings: Settings, engine: Engine, clock: Clock) -> CommandRunner:
    editing = Editing(settings.two_person_rule, must_pass=settings.regression_blocks)
    return CommandRunner(engine, clock, editing.commands)
