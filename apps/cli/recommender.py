"""`weizheng recommender`: what citizens are recommended, the model behind it, and how good both are."""

from __future__ import annotations

import typer

from apps.cli import recommender_city, recommender_evaluating, recommender_training, recommending_items

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What citizens are recommended, why, and the model."
)
recommending_items.register(group)
recommender_training.register(group)
recommender_city.register(recommender_evaluating.group)
group.add_typer(recommender_evaluating.group, name="evaluate")
