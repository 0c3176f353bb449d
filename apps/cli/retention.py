"""`weizheng retention`: what is kept for how long, what will go, and what went."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.operating import opened, run_as_operator
from core.settings import load_settings

if TYPE_CHECKING:
    from core.retention.preview import Forecast
    from core.retention.runs import Run

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_RUNS_SHOWN = 20


@group.callback()
def show(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="Also what goes within so many days.", min=0, max=3650)] = 7,
    as_json: Json = False,
) -> None:
    """What is kept for how long, how much of it there is, what goes when, and the last runs. Changes nothing.

    Every row is counted, which takes some seconds where there are millions.

    Example: weizheng retention --days 30 --json
    """
    if context.invoked_subcommand is None:
        told = _read(days)
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(told)))


@group.command("run")
def run_now(as_json: Json = False) -> None:
    """Have what is due go now: puts a job in, which a running worker does at once, or the next one to start.

    Example: weizheng retention run
    """
    from staff.retention_commands import RETENTION_COMMANDS

    with opened() as engine:
        number = run_as_operator(engine, RETENTION_COMMANDS, "retention.run", {})
    if as_json:
        typer.echo(json.dumps({"job": number}))
    else:
        typer.echo(f"job {number} is put in: weizheng jobs show {number}. 已排队，由工作进程清理。")


def _read(days: int) -> dict[str, Any]:
    from apps.retained import retained
    from core.clock import SystemClock
    from core.database.engine import reading
    from core.retention.preview import forecast, next_run_at
    from core.retention.runs import last_runs

    settings = load_settings()
    now = SystemClock(settings.zone).now()
    with opened() as engine, reading(engine) as connection:
        next_at = next_run_at(connection, now)
        found = forecast(connection, retained(settings), next_at, now + timedelta(days=days))
        runs = last_runs(connection, _RUNS_SHOWN)
    return {
        "next_run": next_at.isoformat(),
        "days": days,
        "rules": [_told(one) for one in found],
        "runs": [_run(one) for one in runs],
    }


def _told(one: Forecast) -> dict[str, Any]:
    rule = one.rule
    return {
        "name": rule.name,
        "label": rule.label,
        "class": rule.data_class.value,
        "days": rule.days,
        "setting": rule.setting or None,
        "rows": one.rows,
        "oldest": one.oldest.isoformat() if one.oldest else None,
        "next_run": one.next_run,
        "within_days": one.later,
    }


def _run(one: Run) -> dict[str, Any]:
    return {
        "actor": one.actor,
        "began": one.began.isoformat(),
        "ended": one.ended.isoformat() if one.ended else None,
        "total": one.total,
        "gone": dict(one.gone),
    }


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"next run {told['next_run']}; within {told['days']} days"]
    for one in told["rules"]:
        kept = "for good" if one["days"] is None else f"{one['days']} days"
        goes = f"{one['rows']} rows, {one['next_run']} go at the next run, {one['within_days']} by then"
        lines.append(f"{one['class']}  {one['name']}  {one['label']}  {kept}  {goes}")
    for one in told["runs"]:
        gone = ", ".join(f"{name} {rows}" for name, rows in one["gone"].items())
        lines.append(f"{one['began']}  {one['actor']}  {one['ended'] or 'not ended'}  {gone}")
    return lines
