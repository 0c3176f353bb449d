"""`weizheng keys`: the secrets between the processes, listed by age and replaced."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from core.settings import load_settings

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The secrets between the processes: list, rotate."
)


@group.command("list")
def list_them(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Every key, when it was made and which processes use it; never its value.

    Example: weizheng keys list
    """
    from apps.cli import rotating

    keys = rotating.keys_of(load_settings())
    if as_json:
        found = {"keys": [rotating.as_json(key) for key in keys]}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        rotating.print_keys(keys, Console())


@group.command("rotate")
def rotate(
    names: Annotated[
        list[str] | None, typer.Argument(help="Keys to replace.", metavar="NAME", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replace every key.")] = False,
) -> None:
    """Replace keys. Citizens stay who they are; the processes take the new keys when they start again.

    Example: weizheng keys rotate cookie_secret
    """
    from apps.cli import rotating

    rotating.rotate_keys(load_settings(), rotating.chosen(names or [], everything), Console())
