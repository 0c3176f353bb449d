"""Who may have retention run at once, and what stands in the database afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.clock import FixedClock
from core.commands import Denied
from core.errors import BadInput
from core.jobs.kinds import Kind
from core.jobs.models import State
from core.jobs.reads import Jobs
from staff.actors import AccountActor
from staff.runner import CommandRunner
from staff.tables import audit_entry
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]


@pytest.mark.parametrize("login", ACCOUNTS)
def test_an_administrator_of_all_agencies_alone_may(
    login: str, runner: CommandRunner, actor: Finder, rows: Rows, engine: Engine, clock: FixedClock
) -> None:
    before = rows()
    if login != "admin":
        with pytest.raises(Denied):
            runner.run(actor(login), "retention.run", {})
        assert rows() == before
        return
    number = runner.run(actor(login), "retention.run", {})
    job = Jobs(engine, clock).one(number)
    assert (job.kind, job.state, job.actor) == (Kind.RETENTION, State.QUEUED, "admin")
    with engine.connect() as connection:
        told = connection.execute(select(audit_entry).order_by(audit_entry.c.number.desc())).first()
    assert told is not None
    assert (told.command, told.actor, json.loads(told.details)) == ("retention.run", "admin", {"job": number})


def test_while_one_is_open_there_is_no_second_one(
    runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    numbers = {runner.run(actor("admin"), "retention.run", {}) for _ in range(3)}
    assert len(numbers) == 1 == Jobs(engine, clock).listed()[1]


def test_it_takes_nothing_that_could_say_what_goes(runner: CommandRunner, actor: Finder, rows: Rows) -> None:
    before = rows()
    with pytest.raises(BadInput):
        runner.run(actor("admin"), "retention.run", {"days": 1})
    assert rows() == before
