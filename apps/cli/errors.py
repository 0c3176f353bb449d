"""How a command fails: one clear line on standard error, exit 2 on bad input and 1 otherwise."""

from __future__ import annotations

import sys
from typing import Any

import typer

# Typer carries its own copy of click and names the base of its errors nowhere else.
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError
from typer.core import TyperGroup

from apps.cli.storage import is_full, storage_failure
from core.errors import BadInput, NotFound, WeizhengError

BAD_INPUT = 2
FAILED = 1


class CommandFailed(WeizhengError):
    """A command could not do its work; the detail is what the person at the terminal reads."""

    code = "command_failed"


def exit_code(error: Exception) -> int:
    """2 where the caller has to change the command, else 1."""
    return BAD_INPUT if isinstance(error, BadInput | NotFound) else FAILED


class PlainErrors(TyperGroup):
    """A group whose commands answer a mistake with one line: no traceback, no frame, no usage text."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run as a program; without `standalone_mode` the caller gets the error instead."""
        if not extra.pop("standalone_mode", True):
            return self._run(*args, **extra)
        try:
            sys.exit(self._run(*args, **extra) or 0)
        except NoArgsIsHelpError as error:
            error.show()
            sys.exit(error.exit_code)
        except ClickException as error:
            _say(_one_line(error))
            sys.exit(error.exit_code)
        except typer.Abort:
            _say("stopped. 已中止。")
            sys.exit(FAILED)
        except Exception as error:
            line = _failure(error)
            if line is None:
                raise
            _say(line)
            sys.exit(exit_code(error))

    def _run(self, *args: Any, **extra: Any) -> Any:
        return super().main(*args, **{**extra, "standalone_mode": False})


def _failure(error: Exception) -> str | None:
    """What to say; None for a fault of ours, whose traceback is wanted."""
    if isinstance(error, WeizhengError) and not is_full(error):
        return " ".join(str(error).split())
    return storage_failure(error)


def _one_line(error: ClickException) -> str:
    context = error.ctx if isinstance(error, UsageError) else None
    hint = f" (try: {context.command_path} --help)" if context else ""
    return " ".join(error.format_message().split()) + hint


def _say(line: str) -> None:
    typer.echo(f"weizheng: {line}", err=True)
