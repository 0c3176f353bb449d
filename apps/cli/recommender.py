"""`weizheng recommender`: the group; each family of commands has a module of its own."""

from __future__ import annotations

import typer

from apps.cli import recommender_city, recommender_evaluating, recommending_items

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What citizens are recommended, why, and how well."
)
recommending_items.register(group)
recommender_city.register(recommender_evaluating.group)
group.add_typer(recommender_evaluating.group, name="evaluate")
