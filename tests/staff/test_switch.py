"""The off switch: who may throw it, and what stands in the database afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.clock import FixedClock
from core.errors import BadInput
from core.switch.state import Outlet, read_switch
from staff.actors import AccountActor, Operator
from staff.runner import CommandRunner
from staff.switch_commands import SWITCH_COMMANDS
from staff.tables import audit_entry
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
OFF = {"reason": "资料有误", "message": "正在维护，请拨打12345。"}


def test_off_and_on_again_is_in_the_audit_log(
    runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    assert read_switch(engine).of(Outlet.WEB) is None
    runner.run(actor("admin"), "assistant.turn_off", OFF)
    off = read_switch(engine).of(Outlet.WEB)
    assert off is not None
    assert (off.outlet, off.reason, off.message) == (Outlet.ALL, OFF["reason"], OFF["message"])
    assert (off.since, off.actor) == (clock.now(), "admin")
    runner.run(actor("admin"), "assistant.turn_on", {})
    assert read_switch(engine).off == {}
    with engine.connect() as connection:
        newest = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(2)
        on, told = connection.execute(newest).all()
    assert (on.command, told.command, told.subject_id) == ("assistant.turn_on", "assistant.turn_off", "all")
    assert json.loads(told.details) == {**OFF, "was_off": False}


def test_one_channel_is_off_while_another_answers(runner: CommandRunner, engine: Engine) -> None:
    runner.run(Operator(), "assistant.turn_off", {**OFF, "outlet": "web"})
    state = read_switch(engine)
    assert state.of(Outlet.WEB) is not None
    assert (state.of(Outlet.WECHAT), state.of(Outlet.ALL)) == (None, None)


def test_another_sentence_leaves_the_time_at_which_it_began(
    runner: CommandRunner, engine: Engine, clock: FixedClock
) -> None:
    runner.run(Operator(), "assistant.turn_off", OFF)
    began = clock.now()
    clock.move_to(began.replace(hour=9))
    runner.run(Operator(), "assistant.turn_off", {**OFF, "message": "请稍后再来。"})
    off = read_switch(engine).of(Outlet.ALL)
    assert off is not None
    assert (off.since, off.message) == (began, "请稍后再来。")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("turn_off", {**OFF, "reason": " "}),
        ("turn_off", {**OFF, "message": ""}),
        ("turn_off", {**OFF, "outlet": "wechat"}),
        ("turn_off", {**OFF, "outlet": "fax"}),
        ("turn_off", {**OFF, "message": "长" * 501}),
        ("turn_on", {}),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    name: str, given: dict[str, Any], runner: CommandRunner, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput):
        runner.run(Operator(), f"assistant.{name}", given)
    assert rows() == before


@pytest.mark.parametrize("outlet", ["all", "web"])
@pytest.mark.parametrize("command", SWITCH_COMMANDS, ids=lambda command: command.name)
def test_only_an_administrator_of_all_agencies_throws_it(
    command: Any, outlet: str, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    given = {"outlet": outlet}
    if command.name == "assistant.turn_off":
        given |= OFF
    else:
        runner.run(Operator(), "assistant.turn_off", {**OFF, "outlet": outlet})
    cells = Cells(engine, rows)
    for login in ACCOUNTS:
        cells.tries(login == "admin", partial(runner.run, actor(login), command.name, given), login)
