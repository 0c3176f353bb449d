"""`weizheng assistant`: the off switch, for whoever has a shell on the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.operating import opened, run_as_operator

if TYPE_CHECKING:
    from core.switch.state import Off

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Turn the assistant off and on, and say which it is."
)
OutletName = Annotated[str, typer.Option("--channel", help="all or web.")]


@group.command("off")
def turn_off(
    reason: Annotated[str, typer.Option(help="Why, for staff and the audit log.", show_default=False)],
    message: Annotated[str, typer.Option(help="What citizens read.", show_default=False)],
    channel: OutletName = "all",
) -> None:
    """Turn the assistant off, within a second in every process; danger is still referred.

    Example: weizheng assistant off --reason "数据有误" --message "系统维护中，请拨打12345。"
    """
    _run("assistant.turn_off", {"outlet": channel, "reason": reason, "message": message})
    typer.echo(f"{channel} is off. 已关闭。")


@group.command("on")
def turn_on(channel: OutletName = "all") -> None:
    """Turn it on again.

    Example: weizheng assistant on
    """
    _run("assistant.turn_on", {"outlet": channel})
    typer.echo(f"{channel} is on. 已开启。")


@group.command("state")
def state(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What is off, since when, why, and what citizens read.

    Example: weizheng assistant state
    """
    from core.switch.state import read_switch

    with opened() as engine:
        off = read_switch(engine).off
    if as_json:
        told = {outlet.value: _told(one) for outlet, one in off.items()}
        typer.echo(json.dumps({"off": told}, ensure_ascii=False, indent=2))
        return
    for one in off.values():
        since = f"{one.since:%Y-%m-%d %H:%M} UTC"
        typer.echo(f"{one.outlet.value} is off since {since}, by {one.actor}: {one.reason}")
        typer.echo(f"citizens read: {one.message}")
    if not off:
        typer.echo("everything is on. 全部开启。")


def _told(one: Off) -> dict[str, str]:
    said = {"reason": one.reason, "message": one.message}
    return {"since": one.since.isoformat(), "actor": one.actor, **said}


def _run(command: str, given: Mapping[str, Any]) -> None:
    from staff.switch_commands import SWITCH_COMMANDS

    with opened() as engine:
        run_as_operator(engine, SWITCH_COMMANDS, command, given)
