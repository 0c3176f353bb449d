"""`weizheng recommender`: the group; each family of commands has a module of its own."""

from __future__ import annotations

import typer

from apps.cli import recommender_evaluating

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The recommender: how good it is on public data."
)
group.add_typer(recommender_evaluating.group, name="evaluate")


@group.callback()
def root() -> None:
    """Keeps the commands a group."""
