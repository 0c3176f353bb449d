"""`weizheng demo`: made-up citizens for the demonstration city."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from core.settings import load_settings

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Made-up citizens for the demonstration city."
)


@group.callback()
def root() -> None:
    """Keeps the command a group."""


@group.command("simulate")
def simulate_city(
    citizens: Annotated[
        int, typer.Option("--citizens", metavar="N", min=1, max=100_000, help="How many.")
    ] = 2000,
    days: Annotated[
        int, typer.Option("--days", metavar="D", min=30, max=730, help="Days of their life, until yesterday.")
    ] = 365,
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", min=0, help="The same one makes the same city.")
    ] = 1,
    null: Annotated[
        bool, typer.Option("--null", help="A city without structure: nobody's choices follow anything.")
    ] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Take all of them out again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring made-up citizens with needs, facts, consents and interactions into the demonstration city.

    Only where the catalogue is the demonstration city and nothing else, and no real citizen is. Their ids
    begin with sim-, their consents came by the channel `simulated`. Again it goes on where it was stopped.

    Example: weizheng demo simulate --citizens 2000 --seed 1
    """
    from apps.cli.simulating import bring, take_out

    settings, console = load_settings(), Console(stderr=True)
    told = take_out(settings, console) if clear else bring(settings, console, citizens, days, seed, null=null)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        typer.echo(told["text"])
