"""`weizheng recommender`: what citizens are recommended, and how well."""

from __future__ import annotations

import typer

from apps.cli import recommender_city, recommending_items

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What citizens are recommended, and why."
)
recommending_items.register(group)
evaluation = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="How good it is.")


@evaluation.callback()
def root() -> None:
    """Keeps the command a group."""


recommender_city.register(evaluation)
group.add_typer(evaluation, name="evaluate")
