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

    Entries older than SECURITY_LOG_DAYS have gone; one of those that are left says up to where.

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
    kept = head.entries - head.forgotten
    if as_json:
        told = {"entries": head.entries, "kept": kept, "forgotten": head.forgotten, "digest": head.digest}
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{kept} entries, as they were written. 审计日志完整。")
    if head.forgotten:
        typer.echo(
            f"entries 1 to {head.forgotten} went after their time, as entry {head.told_by} says."
            f" 第 1 至 {head.forgotten} 条已到期清理，第 {head.told_by} 条有记录。"
        )
    typer.echo(f"last digest: {head.digest}")
