"""Named commands run by whoever has a shell on the machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from core.commands import Command


@contextmanager
def opened() -> Iterator[Engine]:
    """The installation's database; folder and keys are made where they do not exist yet."""
    from apps.cli.installation import ensure_home, opened_database

    settings = load_settings()
    ensure_home(settings)
    with opened_database(settings) as engine:
        yield engine


def run_as_operator(
    engine: Engine, commands: Iterable[Command[Any]], name: str, given: Mapping[str, Any]
) -> Any:
    """Runs one of the commands; what it gives."""
    from core.clock import SystemClock
    from staff.actors import Operator
    from staff.runner import CommandRunner

    clock = SystemClock(load_settings().zone)
    return CommandRunner(engine, clock, commands).run(Operator(), name, given)
