"""`weizheng recommender`: what citizens are recommended."""

from __future__ import annotations

import typer

from apps.cli import recommending_items

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What citizens are recommended, and why."
)
recommending_items.register(group)
