"""`weizheng recommender evaluate city`: the recommender that serves, in a made-up city, by time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from core.settings import load_settings

if TYPE_CHECKING:
    from core.settings import Settings

LABELS = {"district": "区", "age": "年龄", "past": "已知行为", "consent": "同意"}


def register(group: typer.Typer) -> None:
    """Puts the command into the group of evaluations."""
    group.command("city")(evaluate_city)


def evaluate_city(
    citizens: Annotated[
        int, typer.Option("--citizens", metavar="N", min=100, max=20_000, help="How many.")
    ] = 3000,
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", min=0, help="The same one makes the same city.")
    ] = 1,
    null: Annotated[
        bool, typer.Option("--null", help="A city without structure, where nobody can be ahead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Offer five items just before made-up citizens act, against what is popular in their district.

    On the items of an installation that holds the demonstration city; nothing in it is changed. It trains
    as an installation does, three times on what was before. Some minutes.

    Example: weizheng recommender evaluate city --citizens 3000
    """
    found = _evaluated(load_settings(), citizens, seed, Console(stderr=True), null=null)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    typer.echo("合成城市 made-up city; nDCG@5 [95 %]")
    for row in found["rows"]:
        typer.echo(f"{row['name']:<18}{_told(row['ndcg'])}  覆盖 coverage {row['coverage']:.3f}")
    for band in ({"kind": "", "value": "weizheng - popular", **found}, *found["bands"]):
        if band["differences"]:
            name = f"{LABELS.get(band['kind'], '')} {band['value']}".strip()
            typer.echo(f"{name:<18}{_told(band['differences']['popular']['ndcg'])}")
    if found["lost"]:
        typer.echo(f"不如热门 behind what is popular: {', '.join(found['lost'])}")


def _told(figure: dict[str, float]) -> str:
    return f"{figure['value']:+.3f} [{figure['low']:+.3f}, {figure['high']:+.3f}]"


def _evaluated(
    settings: Settings, citizens: int, seed: int, console: Console, *, null: bool
) -> dict[str, Any]:
    from apps.cli.importing import progress_bar
    from apps.cli.installation import ensure_home, opened_database
    from core.clock import SystemClock
    from recommender.evaluation.city import evaluate_city as evaluate
    from recommender.simulation.city import generate
    from recommender.simulation.installed import demonstration, guides
    from recommender.simulation.null import without_structure
    from recommender.simulation.parameters import CityParameters

    ensure_home(settings)
    with opened_database(settings) as engine:
        ground, known = demonstration(engine, SystemClock().today()), guides(engine)
    city = generate(ground.items, ground.regions, CityParameters(citizens=citizens, seed=seed))
    with progress_bar(console, "评测 evaluating") as on_progress:
        if null:
            return {**evaluate(without_structure(city), {}, on_progress), "null": True}
        return {**evaluate(city, known, on_progress), "null": False}
