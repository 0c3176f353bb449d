"""The `weizheng` command."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from apps.cli import (
    assistant,
    audit,
    demo,
    jobs,
    kb,
    keys,
    recommender,
    retention,
    safekeeping,
    token,
    user,
)
from apps.cli import eval as evaluation
from apps.cli.errors import FAILED, PlainErrors
from core.settings import load_settings

app = typer.Typer(
    name="weizheng",
    cls=PlainErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="微政通: set up, run and look after a government assistant. State lives under WEIZHENG_HOME.",
)
app.add_typer(kb.group, name="kb")
app.add_typer(keys.group, name="keys")
app.add_typer(evaluation.group, name="eval")
app.add_typer(user.group, name="user")
app.add_typer(audit.group, name="audit")
app.add_typer(assistant.group, name="assistant")
app.add_typer(token.group, name="token")
app.add_typer(jobs.group, name="jobs")
app.add_typer(retention.group, name="retention")
app.add_typer(demo.group, name="demo")
app.add_typer(recommender.group, name="recommender")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Train = Annotated[bool, typer.Option(help="Train the dialogue model if what it is made from changed.")]


@app.callback()
def root() -> None:
    """Keeps the commands a group."""


@app.command()
def init(
    demo: Annotated[bool, typer.Option("--demo", help="Import the demonstration city 示例市.")] = False,
    train: Train = True,
) -> None:
    """Prepare an installation: folder, keys, database, models. Again costs seconds.

    Example: weizheng init --demo
    """
    from apps.cli.preparing import initialise

    initialise(load_settings(), Console(), demo=demo, train=train)


@app.command()
def up() -> None:
    """Start every process, supervise them, stop all on Ctrl-C.

    Example: PORTAL_PORT=8080 weizheng up
    """
    from apps.cli.installation import ensure_home
    from apps.cli.preparing import require_prepared
    from apps.cli.processes import processes
    from apps.cli.up import up as run_up

    settings = load_settings()
    keys = ensure_home(settings)
    require_prepared(settings)
    run_up(settings, keys, processes(settings, keys), Console())


@app.command()
def status(as_json: Json = False) -> None:
    """Which processes run and answer; exit 1 unless all do.

    Example: weizheng status --json
    """
    from apps.cli.status import assistant_status, print_status

    state = assistant_status(load_settings())
    if as_json:
        typer.echo(json.dumps(state, ensure_ascii=False, indent=2))
    else:
        print_status(state, Console())
    if not state["ready"]:
        raise typer.Exit(FAILED)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check the machine and the installation, and say how to mend what is wrong; exit 1 if anything is.

    Example: weizheng doctor
    """
    from apps.cli.doctor import examine, print_findings

    findings = examine(load_settings())
    if as_json:
        typer.echo(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=2))
    else:
        print_findings(findings, Console())
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)


app.command()(safekeeping.backup)
app.command()(safekeeping.restore)


@app.command()
def upgrade(
    train: Train = True,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Do not back up an older database before its tables change.")
    ] = False,
) -> None:
    """Bring an installation to this version: database tables and models. Stop `up` first.

    Example: weizheng upgrade
    """
    from apps.cli.preparing import upgrade_installation

    upgrade_installation(load_settings(), Console(), train=train, backup=not no_backup)
