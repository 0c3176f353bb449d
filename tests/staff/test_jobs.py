"""Who may cancel background jobs and try them again, and what stands in the database afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.clock import FixedClock
from core.commands import Command, Denied
from core.database.engine import writing
from core.errors import BadInput, Conflict, NotFound
from core.jobs.models import State
from core.jobs.queue import cancel, enqueue
from core.jobs.reads import Jobs
from staff.actors import AccountActor, Operator
from staff.job_commands import JOB_COMMANDS
from staff.runner import CommandRunner
from staff.tables import audit_entry
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]


@pytest.fixture
def put(engine: Engine, clock: FixedClock) -> Callable[[State], int]:
    """A job that waits, or was cancelled; its number."""

    def _put(state: State) -> int:
        with writing(engine) as connection:
            number = enqueue(connection, "test.work", {}, by="li", now=clock.now())
            if state is State.CANCELLED:
                cancel(connection, number, clock.now())
        return number

    return _put


BEFORE = {"job.cancel": State.QUEUED, "job.retry": State.CANCELLED}


@pytest.mark.parametrize("login", ACCOUNTS)
@pytest.mark.parametrize("command", JOB_COMMANDS, ids=lambda command: command.name)
def test_an_administrator_of_all_agencies_alone_may(
    command: Command[Any],
    login: str,
    runner: CommandRunner,
    actor: Finder,
    rows: Rows,
    put: Callable[[State], int],
    engine: Engine,
    clock: FixedClock,
) -> None:
    number = put(BEFORE[command.name])
    before = rows()
    if login == "admin":
        runner.run(actor(login), command.name, {"id": number})
        assert Jobs(engine, clock).one(number).state is not BEFORE[command.name]
        return
    with pytest.raises(Denied):
        runner.run(actor(login), command.name, {"id": number})
    assert rows() == before


def test_what_was_done_is_in_the_audit_log(
    runner: CommandRunner, actor: Finder, put: Callable[[State], int], engine: Engine
) -> None:
    number = put(State.QUEUED)
    runner.run(actor("admin"), "job.cancel", {"id": number})
    runner.run(actor("admin"), "job.retry", {"id": number})
    with engine.connect() as connection:
        newest = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(2)
        again, ended = connection.execute(newest).all()
    assert (ended.command, ended.subject_kind, ended.subject_id) == ("job.cancel", "job", str(number))
    assert json.loads(ended.details) == {"kind": "test.work", "state": "cancelled"}
    assert json.loads(again.details) == {"kind": "test.work", "state": "queued"}


@pytest.mark.parametrize(
    ("name", "given", "error"),
    [
        ("job.cancel", {"id": 999}, NotFound),
        ("job.cancel", {"id": "x"}, BadInput),
        ("job.cancel", {"id": 0}, BadInput),
        ("job.cancel", {}, BadInput),
        ("job.retry", {"id": 1}, Conflict),
        ("job.retry", {"id": 10**12}, BadInput),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    name: str,
    given: dict[str, Any],
    error: type[Exception],
    runner: CommandRunner,
    rows: Rows,
    put: Callable[[State], int],
) -> None:
    put(State.QUEUED)
    before = rows()
    with pytest.raises(error):
        runner.run(Operator(), name, given)
    assert rows() == before
