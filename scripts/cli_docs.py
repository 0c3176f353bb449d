"""Writes docs/cli.md from the commands themselves: `.venv/bin/python -m scripts.cli_docs`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
EXAMPLE = "Example: "
HEAD = """\
# Command line

Made by `python -m scripts.cli_docs` from the commands' own help; a test compares them.

All state lives under `WEIZHENG_HOME` (default `./var`): a second folder is a second, independent
installation. Every command works in an empty folder with nothing running; it makes folder, keys and database
itself. Settings: [settings.md](settings.md).

Exit codes: 0 done; 2 the command or a file given to it cannot be used; 1 anything else. Each failure is one
line on standard error. `kb import` skips a record that cannot be used, names it, imports the rest and ends
with 2; with `--strict` it imports nothing then.
"""


def cell(text: str) -> str:
    """Text of a table cell: a bar would end it."""
    return text.replace("|", "\\|")


def describe_parameter(parameter: Any) -> str:
    """A table row for an option or an argument."""
    if parameter.param_type_name == "argument":
        name = parameter.metavar or parameter.name.upper()
        return f"| `{cell(name)}` | {cell(parameter.help or '')} |"
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    value = "" if parameter.is_flag else f" `{cell(parameter.metavar or parameter.name.upper())}`"
    shown = not parameter.is_flag and parameter.default is not None
    default = f" Default: {parameter.default}." if shown else ""
    return f"| {names}{value} | {cell(parameter.help or '')}{default} |"


def describe(path: str, command: Any) -> Iterator[str]:
    """The section of one command."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    yield f"## `{path}`"
    for paragraph in paragraphs:
        example = paragraph.removeprefix(EXAMPLE)
        yield f"```\n{example}\n```" if example != paragraph else " ".join(paragraph.split())
    rows = [describe_parameter(item) for item in command.params if item.name != "help"]
    if rows:
        yield "\n".join(["| | |", "|---|---|", *rows])


def sections(path: str, command: Any) -> Iterator[str]:
    """Every command below, in the order of the help."""
    children = getattr(command, "commands", {})
    # Some groups are a command as well.
    if not children or getattr(command, "invoke_without_command", False):
        yield from describe(path, command)
    for name, child in children.items():
        yield from sections(f"{path} {name}", child)


def render() -> str:
    """The whole page."""
    from typer.main import get_command

    from apps.cli.main import app

    return "\n".join([HEAD, "\n\n".join(sections("weizheng", get_command(app)))]) + "\n"


def main() -> int:
    """Write the page; returns the exit code."""
    TARGET.write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
