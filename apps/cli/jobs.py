"""`weizheng jobs`: background jobs, for whoever has a shell on the machine."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.operating import opened, run_as_operator
from core.settings import load_settings

if TYPE_CHECKING:
    from core.jobs.models import Job

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Background jobs: list, show, cancel, retry."
)
Number = Annotated[int, typer.Argument(help="Number of the job.", min=1, show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@group.command("list")
def list_them(
    state: Annotated[
        str, typer.Option(help="Only queued, running, done, failed or cancelled ones.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=10_000)] = 50,
    as_json: Json = False,
) -> None:
    """Jobs, newest first.

    Example: weizheng jobs list --state failed
    """
    from core.errors import BadInput
    from core.jobs.models import State

    if state and state not in set(State):
        raise BadInput(f"--state: {', '.join(State)}, not {state}. 没有这种状态。")
    wanted = State(state) if state else None
    with opened() as engine:
        jobs = _reads(engine)
        found, total = jobs.listed(wanted, limit=limit)
        counts = jobs.counts()
    if as_json:
        told = {"jobs": [told_of(one) for one in found], "total": total, "counts": counts}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in found:
        typer.echo(_line(one))
    typer.echo("  ".join(f"{one.value} {number}" for one, number in counts.items()))


@group.command("show")
def show(number: Number, as_json: Json = False) -> None:
    """All that is known of a job.

    Example: weizheng jobs show 12 --json
    """
    with opened() as engine:
        _print(_reads(engine).one(number), as_json)


@group.command("cancel")
def cancel(number: Number, as_json: Json = False) -> None:
    """End a job: at once where it waits, at its next step where it runs.

    Example: weizheng jobs cancel 12
    """
    _print(_run("job.cancel", number), as_json)


@group.command("retry")
def retry(number: Number, as_json: Json = False) -> None:
    """Put a job that failed or was cancelled in again; it goes on where it stood.

    Example: weizheng jobs retry 12
    """
    _print(_run("job.retry", number), as_json)


def _reads(engine: Any) -> Any:
    from core.clock import SystemClock
    from core.jobs.reads import Jobs

    return Jobs(engine, SystemClock(load_settings().zone))


def _run(name: str, number: int) -> Job:
    from staff.job_commands import JOB_COMMANDS

    with opened() as engine:
        job: Job = run_as_operator(engine, JOB_COMMANDS, name, {"id": number})
    return job


def _print(job: Job, as_json: bool) -> None:
    told = told_of(job)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for name, value in told.items():
        if value not in (None, "", {}):
            typer.echo(f"{name}: {value}")


def told_of(job: Job) -> dict[str, Any]:
    """A job as plain values."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(job).items()
    }


def _line(job: Job) -> str:
    share = f"{job.done}/{job.total}" if job.total else "-"
    parts = (str(job.id), job.state.value, share, job.kind, job.actor, f"{job.created:%Y-%m-%dT%H:%M:%SZ}")
    return "  ".join((*parts, *([job.message] if job.message else [])))
