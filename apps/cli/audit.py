"""`weizheng audit`: whether the log of what staff did is as it was written."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from core.settings import load_settings

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The log of what staff did: verify.")


@group.command("verify")
def verify_log(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Go through the whole log; exit 1 where an entry is missing or was changed.

    Keep what it prints: a log whose end was cut off is whole in itself, but has another last digest.

    Example: weizheng audit verify
    """
    from apps.cli.installation import ensure_home, opened_database
    from core.database.engine import reading
    from staff.audit import verify

    settings = load_settings()
    ensure_home(settings)
    with opened_database(settings) as engine, reading(engine) as connection:
        head = verify(connection)
    if as_json:
        typer.echo(json.dumps({"entries": head.entries, "digest": head.digest}))
    else:
        typer.echo(f"{head.entries} entries, as they were written. 审计日志完整。")
        typer.echo(f"last digest: {head.digest}")
