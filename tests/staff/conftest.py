"""Staff of a small city: two agencies, an administrator, an editor and a reviewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyotp import TOTP
from sqlalchemy import Engine, inspect

from casework.commands import GROUP_COMMANDS
from casework.ratings.commands import RATING_COMMANDS
from casework.recall_commands import RECALL_COMMANDS
from casework.report_commands import REPORT_COMMANDS
from core.catalogue.models import Agency
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import reading
from knowledge_base.editing.commands import Editing
from knowledge_base.registers.commands import REGISTER_COMMANDS
from knowledge_base.trial.regression import Judged
from knowledge_base.uploads.commands import UPLOAD_COMMANDS
from staff.account_commands import ACCOUNT_COMMANDS
from staff.accounts import actor_of, by_login
from staff.actors import AccountActor, Operator
from staff.job_commands import JOB_COMMANDS
from staff.retention_commands import RETENTION_COMMANDS
from staff.runner import CommandRunner
from staff.second_factor.commands import SecondFactorCommands
from staff.second_factor.factors import begun_secret
from staff.second_factor.sealing import SecretBox
from staff.sessions import Sessions
from staff.signing_in import SigningIn
from staff.switch_commands import SWITCH_COMMANDS
from staff.token_commands import TokenCommands
from staff.word_commands import WORD_COMMANDS
from tests.databases import VERSION
from tests.tables import TABLES

PASSWORD = "correct horse 42"
BOX = SecretBox("the key of a test")
STEP = timedelta(seconds=30)
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
            *RETENTION_COMMANDS,
            *GROUP_COMMANDS,
            *RATING_COMMANDS,
            *RECALL_COMMANDS,
            *REPORT_COMMANDS,
            *WORD_COMMANDS,
            *TokenCommands().commands,
            *UPLOAD_COMMANDS,
            *SecondFactorCommands(BOX).commands,
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
    return SigningIn(engine, clock, BOX)


@pytest.fixture
def sessions(engine: Engine, clock: FixedClock) -> Sessions:
    return Sessions(engine, clock)


@dataclass
class Holder:
    """Somebody with an app: its secret, and the recovery codes that were shown."""

    id: int
    login: str
    secret: str
    recovery_codes: list[str]
    clock: FixedClock

    def code(self, steps: int = 0) -> str:
        """What the app shows so many steps from now."""
        return TOTP(self.secret).at(self.clock.now() + steps * STEP)


@pytest.fixture
def equip(
    engine: Engine, runner: CommandRunner, actor: Callable[[str], AccountActor], clock: FixedClock
) -> Callable[[str], Holder]:
    """Turns somebody's second factor on, a step ago, so that the code of this moment is not used yet."""

    def turn_on(login: str) -> Holder:
        who = actor(login)
        clock.move_to(clock.now() - STEP)
        runner.run(who, "account.begin_second_factor", {})
        with reading(engine) as connection:
            secret = begun_secret(connection, BOX, who.account_id, "", clock.now())
        assert secret is not None
        holder = Holder(who.account_id, login, secret, [], clock)
        holder.recovery_codes = runner.run(who, "account.confirm_second_factor", {"code": holder.code()})
        clock.move_to(clock.now() + STEP)
        return holder

    return turn_on


@pytest.fixture
def rows(engine: Engine) -> Callable[[], dict[str, list[Any]]]:
    """Every row of every table, as the driver gives it."""
    # Some thousand times: building and compiling a SELECT of its own each time takes longer than reading.
    queries = {
        one.name: f"SELECT * FROM {one.name} ORDER BY {', '.join(column.name for column in one.primary_key)}"
        for one in TABLES
    }

    assert {*queries, VERSION} == set(inspect(engine).get_table_names())

    def read() -> dict[str, list[Any]]:
        with reading(engine) as connection:
            return {
                name: [tuple(row) for row in connection.exec_driver_sql(query)]
                for name, query in queries.items()
            }

    return read
