"""`weizheng eval`: one report over everything that can be evaluated in an installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.settings import load_settings

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Reports on quality and traffic.")


@group.callback()
def root() -> None:
    """Keeps the command a group."""


@group.command("all")
def evaluate_all(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to write it.")] = Path(
        "evaluation"
    ),
    questions: Annotated[
        Path | None,
        typer.Option("--questions", metavar="FILE", help="JSON lines: qid, question, answer, gold_docids."),
    ] = None,
    refusals: Annotated[
        Path | None, typer.Option("--refusals", metavar="FILE", help="JSON lines: question, kind.")
    ] = None,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, max=366, help="Days of the answer log.")
    ] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write one report (Markdown, JSON, SVG): knowledge base, search, refusals, turns and opinions by day.

    Example: weizheng eval all --out evaluation --questions queries.jsonl
    """
    from apps.cli.reporting import PAGE, make_report

    report = make_report(load_settings(), out, questions, refusals, days, Console(stderr=True))
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        typer.echo(f"已写入 written: {out / PAGE}")
