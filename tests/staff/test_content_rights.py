"""Who may do what to contents: each command, each role, one's own and another agency's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from core.clock import FixedClock
from core.commands import Command
from core.errors import Conflict, NotFound
from knowledge_base.editing.commands import Editing
from staff.actors import AccountActor
from staff.roles import GRANTS, Role
from staff.runner import CommandRunner
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS
from tests.staff.test_content import Desk, content

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
COMMANDS: list[Command[Any]] = [one for one in Editing().commands if one.name.startswith("content.")]
# An hour after the clock of these tests.
LATER = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def desk(engine: Engine, runner: CommandRunner, actor: Finder) -> Desk:
    return Desk(engine, runner, actor)


def given_for(name: str, desk: Desk, agency: str | None) -> dict[str, Any]:
    """Brings the document to where the command applies, and what the command is given besides."""
    if name in ("withdraw", "show_again", "restore"):
        desk.publish(agency=agency)
        if name == "show_again":
            desk.run("city.reviewer", "withdraw", reason="试")
        return {"reason": "废止"} if name == "withdraw" else {"version": 1} if name == "restore" else {}
    if name in ("save", "bring"):
        return {"content": content(agency)}
    desk.save("city.editor", agency=agency)
    if name in ("publish", "reject", "schedule", "unschedule", "publish_due"):
        desk.run("city.editor", "submit")
    if name in ("unschedule", "publish_due"):
        desk.run("city.reviewer", "schedule", at=LATER)
    return {"comment": "改"} if name == "reject" else {"at": LATER} if name == "schedule" else {}


def may_run(command: Command[Any], login: str, agency: str | None) -> bool:
    own, role = ACCOUNTS[login]
    return command.permission in GRANTS[Role(role)] and own in (None, agency)


AGENCIES: tuple[str | None, ...] = ("ybj", "gjj", None)


@pytest.mark.parametrize("agency", AGENCIES)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_who_may_do_what(
    command: Command[Any], agency: str | None, desk: Desk, engine: Engine, rows: Rows, clock: FixedClock
) -> None:
    name = command.name.removeprefix("content.")
    given = given_for(name, desk, agency)
    if name == "publish_due":
        clock.move_to(LATER)
    cells = Cells(engine, rows)
    for login in ACCOUNTS:
        cells.tries(may_run(command, login, agency), partial(desk.run, login, name, **given), login)
    assert cells.denied >= 5
    assert cells.allowed >= 1


NEEDING = [one for one in COMMANDS if one.name not in ("content.bring", "content.examine")]


@pytest.mark.parametrize("command", NEEDING, ids=lambda command: command.name)
def test_what_is_not_there_is_said_to_be_so(command: Command[Any], desk: Desk, rows: Rows) -> None:
    given = {"mark": "0" * 16, "version": 1, "reason": "x", "comment": "x", "at": LATER}
    wanted = {name: given[name] for name in command.payload.model_fields if name in given}
    if command.name == "content.save":
        wanted |= {"content": content(), "base": 0}
    before = rows()
    with pytest.raises((NotFound, Conflict)):
        desk.run("@operator", command.name.removeprefix("content."), blind=True, **wanted)
    assert rows() == before
