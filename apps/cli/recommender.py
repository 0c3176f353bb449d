"""`weizheng recommender`: the model that recommends."""

from __future__ import annotations

import typer

from apps.cli import recommender_training

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The recommender: train, status, rollback."
)
recommender_training.register(group)
