"""The console's composition root: real services from settings and keys."""

from __future__ import annotations

import httpx
from sqlalchemy import Engine

from apps.console.services import Services
from apps.retained import retained
from casework.commands import GROUP_COMMANDS
from casework.ratings.commands import RATING_COMMANDS
from casework.recall_commands import RECALL_COMMANDS
from casework.report_commands import REPORT_COMMANDS
from core.clock import Clock, SystemClock
from core.database.engine import open_engine
from core.jobs.messages import CeleryWaker
from core.jobs.waking import NoWaker, Waker
from core.keys import Keys
from core.limits.fallback import PATIENCE_S, FallbackLimiter
from core.limits.memory import MemoryLimiter
from core.limits.names import HiddenNames
from core.limits.port import Limiter
from core.limits.redis import RedisLimiter
from core.redis import connect_async, redis_url
from core.settings import Settings
from knowledge_base.client import TrialClient
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.links import LinkChecker
from knowledge_base.registers.commands import REGISTER_COMMANDS
from knowledge_base.trial.regression import Regression
from knowledge_base.trial.wire import TRIAL_TIMEOUT_S
from knowledge_base.uploads.commands import UPLOAD_COMMANDS
from recommender.interactions.reported import Reports
from recommender.interactions.store import InteractionStore
from recommender.training.commands import recommender_commands
from staff.account_commands import ACCOUNT_COMMANDS
from staff.job_commands import JOB_COMMANDS
from staff.retention_commands import RETENTION_COMMANDS
from staff.runner import CommandRunner
from staff.second_factor.commands import SecondFactorCommands
from staff.second_factor.sealing import SecretBox
from staff.sessions import Sessions
from staff.signing_in import SigningIn
from staff.switch_commands import SWITCH_COMMANDS
from staff.token_commands import TokenCommands
from staff.tokens import Tokens
from staff.word_commands import WORD_COMMANDS


def open_services(settings: Settings, keys: Keys) -> Services:
    """Everything real. Connections are made when they are first used."""
    url = redis_url(settings, keys)
    shared = RedisLimiter(connect_async(url, timeout_s=PATIENCE_S))
    return assemble(
        settings,
        keys,
        engine=open_engine(settings.database_url),
        clock=SystemClock(settings.zone),
        limiter=FallbackLimiter(shared, MemoryLimiter()),
        waker=CeleryWaker(url),
    )


def assemble(
    settings: Settings,
    keys: Keys,
    *,
    engine: Engine,
    clock: Clock,
    limiter: Limiter,
    waker: Waker | None = None,
) -> Services:
    """The console's services over what reaches outside."""
    http = httpx.Client(timeout=TRIAL_TIMEOUT_S, trust_env=False)
    trials = TrialClient(http, settings.knowledge_url, keys.service_token)
    regression = Regression(engine, trials.run)
    editing = Editing(settings.two_person_rule, regression.of, settings.regression_blocks)
    tokens = TokenCommands(two_persons=settings.two_person_rule)
    changing = (*editing.commands, *REGISTER_COMMANDS, *WORD_COMMANDS)
    box = SecretBox(keys.second_factor_key, keys.previous_second_factor_key)
    running = (
        *ACCOUNT_COMMANDS, *SecondFactorCommands(box).commands, *SWITCH_COMMANDS, *JOB_COMMANDS,
        *RETENTION_COMMANDS, *GROUP_COMMANDS, *RATING_COMMANDS, *RECALL_COMMANDS, *REPORT_COMMANDS,
        *UPLOAD_COMMANDS, *recommender_commands(settings.recommender_model_days), *tokens.commands,
    )  # fmt: skip

    def close() -> None:
        http.close()
        engine.dispose()

    return Services(
        engine=engine,
        clock=clock,
        commands=CommandRunner(engine, clock, [*changing, *running]),
        sessions=Sessions(engine, clock),
        signing_in=SigningIn(engine, clock, box),
        tokens=Tokens(engine, clock),
        limiter=limiter,
        two_persons=settings.two_person_rule,
        must_pass=settings.regression_blocks,
        box=box,
        second_factor_required=settings.staff_second_factor == "required",
        city=settings.city_name,
        hotline=settings.hotline,
        names=HiddenNames(keys.cookie_secret),
        try_out=trials.run,
        links=LinkChecker(),
        waker=waker or NoWaker(),
        reports=Reports(engine, InteractionStore(engine, clock, keys.cookie_secret)),
        retained=retained(settings),
        model_days=settings.recommender_model_days,
        close=close,
    )
