"""What the console's pages work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from core.clock import Clock
from core.jobs.waking import Waker
from core.limits.names import HiddenNames
from core.limits.port import Limiter
from core.retention.models import RetentionRule
from knowledge_base.editing.links import LinkChecker
from knowledge_base.trial.wire import TrialReply, TrialRequest
from recommender.interactions.reported import Reports
from staff.runner import CommandRunner
from staff.second_factor.sealing import SecretBox
from staff.sessions import Sessions
from staff.signing_in import SigningIn
from staff.tokens import Tokens


@dataclass(frozen=True)
class Services:
    """Passed in by the composition root; `close` ends what is open.

    Attributes:
        engine: Database, which pages only read.
        commands: The only way in which pages change anything.
        two_persons: Nobody publishes what they have edited themselves.
        must_pass: Nothing is published before its agency's questions were asked with it.
        box: Opens the secrets of second factors.
        second_factor_required: Who has no second factor sets one up before anything else.
        city: The city's name.
        hotline: Telephone number that citizens are sent to.
        names: Under which a limit counts an address or an account.
        links: Asks for the links of a content.
        waker: Tells workers of a job that was put in.
        reports: Keeps what programs report of applications.
        retained: What is kept for how long.
        model_days: Days after which a recommender's model does not serve any more.
        try_out: Answers questions as citizens would be answered, with a draft or without; takes seconds.
    """

    engine: Engine
    clock: Clock
    commands: CommandRunner
    sessions: Sessions
    signing_in: SigningIn
    tokens: Tokens
    limiter: Limiter
    two_persons: bool
    must_pass: bool
    box: SecretBox
    second_factor_required: bool
    city: str
    hotline: str
    names: HiddenNames
    try_out: Callable[[TrialRequest], TrialReply]
    links: LinkChecker
    waker: Waker
    reports: Reports
    retained: Sequence[RetentionRule]
    model_days: int
    close: Callable[[], None]
