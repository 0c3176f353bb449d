"""`weizheng recommender evaluate`: the model that the portal uses, on public data, beside other methods."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from core.settings import load_settings

if TYPE_CHECKING:
    from recommender.evaluation.movielens_data import MovieLens

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure the model on MovieLens-100k: known citizens, new ones, new items.",
)
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="With ml-100k.inter, .item and .user; else fetched once."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_WIDTH = 14


@group.command("movielens")
def on_movielens(
    data: DataFolder = None,
    tune: Annotated[bool, typer.Option("--tune", help="Choose every method's parameters anew.")] = False,
    as_json: Json = False,
) -> None:
    """Ours beside popularity, LightFM, ALS, BPR and EASE: 75 % of each film's ratings to learn from.

    Example: weizheng recommender evaluate movielens --json
    """
    found = _data(data)
    from apps.cli.importing import progress_bar
    from recommender.evaluation.chosen import STORED, using
    from recommender.evaluation.movielens import table
    from recommender.evaluation.tuning import chosen_anew

    chosen = using(STORED, _cores())
    if tune:
        with progress_bar(Console(stderr=True), "选择参数 choosing") as on_progress:
            chosen = chosen_anew(found, chosen.ours, on_progress)
    with progress_bar(Console(stderr=True), "评测 evaluating") as on_progress:
        _tell(table(found, chosen, on_progress), as_json)


@group.command("newcomers")
def on_newcomers(data: DataFolder = None, as_json: Json = False) -> None:
    """Citizens who come after training, without any refit: by the first half of their history.

    Example: weizheng recommender evaluate newcomers
    """
    found = _data(data)
    from apps.cli.importing import progress_bar
    from recommender.evaluation.chosen import STORED, using
    from recommender.evaluation.newcomers import newcomers

    with progress_bar(Console(stderr=True), "评测 evaluating") as on_progress:
        _tell(newcomers(found, using(STORED, _cores()).ours, on_progress), as_json)


@group.command("cold-items")
def on_cold_items(data: DataFolder = None, as_json: Json = False) -> None:
    """Items that come after training: a fifth of the films, by genres and titles alone.

    Example: weizheng recommender evaluate cold-items
    """
    found = _data(data)
    from apps.cli.importing import progress_bar
    from recommender.evaluation.chosen import STORED, using
    from recommender.evaluation.cold_items import cold_items

    with progress_bar(Console(stderr=True), "评测 evaluating") as on_progress:
        _tell(cold_items(found, using(STORED, _cores()).ours, on_progress), as_json)


def _data(folder: Path | None) -> MovieLens:
    from recommender.evaluation.fetching import movielens

    return movielens(folder, load_settings().model_cache)


def _cores() -> int:
    """At most two: whatever else runs on the machine wants to go on."""
    return min(2, os.cpu_count() or 1)


def _tell(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    names = [name for name in found["rows"][0] if name not in ("name", "intervals")]
    typer.echo("".join(word.rjust(_WIDTH) for word in ("", *names)))
    for row in found["rows"]:
        figures = (f"{row[name]:g}" for name in names)
        typer.echo("".join(word.rjust(_WIDTH) for word in (row["name"], *figures)))
    for measure in ("ahead_on_ndcg", "ahead_on_precision"):
        for name, one in found.get(measure, {}).items():
            low, high = one["interval"]
            typer.echo(f"{measure} of {name}: {one['mean']:+.4f} [{low:+.4f}, {high:+.4f}]")
    if "ms_each" in found:
        typer.echo(f"ms each: p50 {found['ms_each']['p50']}, p95 {found['ms_each']['p95']}")
