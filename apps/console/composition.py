"""The console's composition root: real services from settings and keys."""

from __future__ import annotations

from sqlalchemy import Engine

from apps.console.services import Services
from core.clock import Clock, SystemClock
from core.database.engine import open_engine
from core.keys import Keys
from core.limits.fallback import PATIENCE_S, FallbackLimiter
from core.limits.memory import MemoryLimiter
from core.limits.names import HiddenNames
from core.limits.port import Limiter
from core.limits.redis import RedisLimiter
from core.redis import connect_async, redis_url
from core.settings import Settings
from knowledge_base.editing.commands import Editing
from staff.account_commands import ACCOUNT_COMMANDS
from staff.runner import CommandRunner
from staff.sessions import Sessions
from staff.signing_in import SigningIn
from staff.switch_commands import SWITCH_COMMANDS
from staff.token_commands import TokenCommands
from staff.tokens import Tokens
from staff.word_commands import WORD_COMMANDS


def open_services(settings: Settings, keys: Keys) -> Services:
    """Everything real. Connections are made when they are first used."""
    shared = RedisLimiter(connect_async(redis_url(settings, keys), timeout_s=PATIENCE_S))
    return assemble(
        settings,
        keys,
        engine=open_engine(settings.database_url),
        clock=SystemClock(settings.zone),
        limiter=FallbackLimiter(shared, MemoryLimiter()),
    )


def assemble(settings: Settings, keys: Keys, *, engine: Engine, clock: Clock, limiter: Limiter) -> Services:
    """The console's services over what reaches outside."""
    editing = Editing(two_persons=settings.two_person_rule)
    tokens = TokenCommands(two_persons=settings.two_person_rule)
    return Services(
        engine=engine,
        clock=clock,
        commands=CommandRunner(
            engine,
            clock,
            [*ACCOUNT_COMMANDS, *editing.commands, *SWITCH_COMMANDS, *WORD_COMMANDS, *tokens.commands],
        ),
        sessions=Sessions(engine, clock),
        signing_in=SigningIn(engine, clock),
        tokens=Tokens(engine, clock),
        limiter=limiter,
        two_persons=settings.two_person_rule,
        city=settings.city_name,
        hotline=settings.hotline,
        names=HiddenNames(keys.cookie_secret),
        close=engine.dispose,
    )
