"""`weizheng recommender train|status|rollback`: the model that serves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.operating import opened, run_as_operator
from core.settings import load_settings

if TYPE_CHECKING:
    from recommender.training.models import StoredModel

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_MODELS_SHOWN = 20


def register(group: typer.Typer) -> None:
    """Adds the commands to the group."""
    group.command("train")(train)
    group.command("status")(status)
    group.command("rollback")(rollback)


def train(
    tune: Annotated[bool, typer.Option("--tune", help="Choose the parameters anew.")] = False,
    as_json: Json = False,
) -> None:
    """Train a model now; it serves from then on, unless it is worse than the one in use, or than popularity.

    A worker that runs may take the job; then it is followed until its end.

    Example: weizheng recommender train --json
    """
    from rich.console import Console

    from apps.cli.recommender_job import train_now

    made = train_now(Console(), tune=tune)
    told = told_of(made)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in _lines(made):
        typer.echo(line)


def status(as_json: Json = False) -> None:
    """Which model serves, how good it is, and those before it.

    Example: weizheng recommender status --json
    """
    told = _status()
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    used = told["in_use"]
    serves = "no model serves: what is popular is offered. 没有模型，推荐热门事项。"
    if used and told["trouble"]:
        serves = f"{used['version']} does not serve: {told['trouble']}"
    elif used:
        serves = f"{used['version']} serves. 正在使用 {used['version']}。"
    typer.echo(serves)
    if told["made_up_citizens"]:
        count = told["made_up_citizens"]
        typer.echo(f"made-up citizens are among those it learns from: {count}. 含合成市民，仅供演示。")
    for one in told["models"]:
        figures = _figures(one["card"])
        typer.echo("  ".join((one["version"], one["state"], one["created"], figures, one["reason"])).rstrip())
    typer.echo(f"next training: {told['next_training'] or 'none is planned'}")


def rollback(as_json: Json = False) -> None:
    """Use the accepted model before the one in use; every process does within seconds.

    Example: weizheng recommender rollback
    """
    from recommender.training.commands import ROLL_BACK, recommender_commands

    with opened() as engine:
        commands = recommender_commands(load_settings().recommender_model_days)
        model = run_as_operator(engine, commands, ROLL_BACK, {})
    if as_json:
        typer.echo(json.dumps(told_of(model), ensure_ascii=False, indent=2))
    else:
        typer.echo(f"{model.version} serves. 已改用 {model.version}。")


def _status() -> dict[str, Any]:
    from core.clock import SystemClock
    from core.database.engine import reading
    from core.jobs.schedules import planned
    from recommender.simulation.marks import made_up_citizens
    from recommender.training.commands import SCHEDULE
    from recommender.training.health import trouble_of
    from recommender.training.kept import in_use, models

    settings = load_settings()
    with opened() as engine, reading(engine) as connection:
        used = in_use(connection)
        next_at = [one.next_at for one in planned(connection) if one.schedule.name == SCHEDULE]
        now = SystemClock(settings.zone).now()
        trouble = trouble_of(connection, now, settings.recommender_model_days)
        return {
            "in_use": told_of(used) if used else None,
            "trouble": f"{trouble.what}. {trouble.chinese}" if trouble else None,
            "models": [told_of(one) for one in models(connection, _MODELS_SHOWN)],
            "made_up_citizens": made_up_citizens(connection),
            "next_training": next_at[0].isoformat() if next_at else None,
        }


def told_of(model: StoredModel) -> dict[str, Any]:
    """A model as plain values."""
    return {
        "version": model.version,
        "state": model.state.value,
        "in_use": model.in_use,
        "reason": model.reason,
        "created": model.created.isoformat(),
        "size": model.size,
        "card": dict(model.card),
    }


def _lines(model: StoredModel) -> list[str]:
    outcome = "serves. 已启用。" if model.in_use else f"is not accepted. 未采用：{model.reason}。"
    sizes = "  ".join(f"{name} {number}" for name, number in model.card["sizes"].items())
    return [f"{model.version} {outcome}", sizes, _figures(model.card)]


def _figures(card: dict[str, Any] | Any) -> str:
    found = card["metrics"]["ndcg@5"]
    parts = (f"{name} {one['mean']:.3f} [{one['low']:.3f}, {one['high']:.3f}]" for name, one in found.items())
    return "nDCG@5: " + ", ".join(parts)
