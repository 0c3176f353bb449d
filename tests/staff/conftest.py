"""Staff of a small city: two agencies, an administrator, an editor and a reviewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.catalogue.models import Agency
from core.catalogue.tables import (
    RECORDS,
    agency,
    catalogue_state,
    passage,
    pin,
    record_version,
    region,
    term,
)
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import reading
from core.jobs.tables import job
from core.switch.tables import assistant_off
from core.words.tables import word, word_hit, word_state
from knowledge_base.editing.commands import Editing
from knowledge_base.editing.tables import draft, regression_question, regression_run
from knowledge_base.registers.commands import REGISTER_COMMANDS
from knowledge_base.trial.regression import Judged
from staff.account_commands import ACCOUNT_COMMANDS
from staff.accounts import actor_of, by_login
from staff.actors import AccountActor, Operator
from staff.job_commands import JOB_COMMANDS
from staff.runner import CommandRunner
from staff.sessions import Sessions
from staff.signing_in import SigningIn
from staff.switch_commands import SWITCH_COMMANDS
from staff.tables import account, audit_entry, delegation, staff_session
from staff.token_commands import TokenCommands
from staff.token_tables import agency_token, kept_answer
from staff.word_commands import WORD_COMMANDS

PASSWORD = "correct horse 42"
ACCOUNTS: Mapping[str, tuple[str | None, str]] = {
    "admin": (None, "administrator"),
    "li.editor": ("ybj", "editor"),
    "zhao.reviewer": ("ybj", "reviewer"),
    "ybj.admin": ("ybj", "administrator"),
    "sun.editor": ("gjj", "editor"),
    "zhou.reviewer": ("gjj", "reviewer"),
    "wu.analyst": ("ybj", "analyst"),
    "city.editor": (None, "editor"),
    "city.reviewer": (None, "reviewer"),
}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))


# What an agency's questions give with a draft, unless a test says otherwise.
JUDGED = [Judged("补卡要钱吗", before=True, after=True, status="answered_passage", said="工本费二十元。")]


@pytest.fixture
def runner(engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> CommandRunner:
    """With the accounts in the database; hashing is made cheap, as it is tried in a test of its own."""
    monkeypatch.setattr("staff.passwords._MEMORY_KIB", 64)
    monkeypatch.setattr("staff.passwords._PASSES", 1)
    writes = CatalogueWrites(engine)
    for external_id, name in (("ybj", "示例市医保局"), ("gjj", "示例市公积金中心")):
        writes.put_agency(Agency(external_id=external_id, name=name))
    made = CommandRunner(
        engine,
        clock,
        [
            *ACCOUNT_COMMANDS,
            *Editing(examine=lambda _: JUDGED).commands,
            *REGISTER_COMMANDS,
            *SWITCH_COMMANDS,
            *JOB_COMMANDS,
            *WORD_COMMANDS,
            *TokenCommands().commands,
        ],
    )
    for login, (own, role) in ACCOUNTS.items():
        given = {"login": login, "name": login, "password": PASSWORD, "roles": [role], "agency": own}
        made.run(Operator(), "account.add", given)
    return made


@pytest.fixture
def actor(engine: Engine, runner: CommandRunner, clock: FixedClock) -> Callable[[str], AccountActor]:
    """Who an account is at this moment."""

    def find(login: str) -> AccountActor:
        with reading(engine) as connection:
            return actor_of(connection, by_login(connection, login), clock.today())

    return find


@pytest.fixture
def signing_in(engine: Engine, runner: CommandRunner, clock: FixedClock) -> SigningIn:
    return SigningIn(engine, clock)


@pytest.fixture
def sessions(engine: Engine, clock: FixedClock) -> Sessions:
    return Sessions(engine, clock)


@pytest.fixture
def rows(engine: Engine) -> Callable[[], dict[str, list[Any]]]:
    """Every row of every table that commands write."""

    def read() -> dict[str, list[Any]]:
        with reading(engine) as connection:
            tables = [account, audit_entry, delegation, staff_session, draft, record_version, passage]
            tables += [assistant_off, word, word_state, word_hit, agency_token, kept_answer]
            tables += [regression_question, regression_run, job]
            registers = (agency, region, term, pin, catalogue_state)
            found = {
                one.name: connection.execute(select(one).order_by(*one.primary_key))
                for one in (*tables, *registers, *RECORDS.values())
            }
            return {name: [tuple(row) for row in result] for name, result in found.items()}

    return read
