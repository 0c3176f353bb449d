"""`weizheng kb terms` and `kb pins`: everyday names and fixed answers, in force at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from apps.cli.importing import SHOWN_PROBLEMS
from core.settings import load_settings

if TYPE_CHECKING:
    from core.catalogue.records import Outcome
    from core.catalogue.wording import Pin, Term
    from core.catalogue.wordings import Wordings
    from knowledge_base.importing.found import Problem

terms = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Everyday names of official things.")
pins = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Fixed answers to exact questions.")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="YAML or CSV.", show_default=False)]


@terms.command("import")
def import_terms(file: FileArgument) -> None:
    """Take over a term list; an entry replaces the one with the same name.

    Example: weizheng kb terms import terms.csv
    """
    from knowledge_base.importing.wording import read_terms

    found = read_terms(file)
    with _opened() as wordings:
        _finish(wordings.put_terms(found.entries), found.problems)


@pins.command("import")
def import_pins(file: FileArgument) -> None:
    """Take over fixed answers; one replaces what answered the same question.

    Example: weizheng kb pins import pins.yaml
    """
    from knowledge_base.importing.wording import read_pins

    found = read_pins(file)
    with _opened() as wordings:
        _finish(wordings.put_pins(found.entries), found.problems)


@terms.command("list")
def list_terms() -> None:
    """Every everyday name and what it stands for.

    Example: weizheng kb terms list
    """
    _print_all(lambda wordings: [_term_line(term) for term in wordings.terms()])


@pins.command("list")
def list_pins() -> None:
    """Every question with a fixed answer.

    Example: weizheng kb pins list
    """
    _print_all(lambda wordings: [_pin_line(pin) for pin in wordings.pins()])


@terms.command("remove")
def remove_term(
    name: Annotated[str, typer.Argument(metavar="TERM", help="The everyday name.", show_default=False)],
) -> None:
    """Take an everyday name off the list.

    Example: weizheng kb terms remove 健康证
    """
    with _opened() as wordings:
        wordings.remove_term(name)


@pins.command("remove")
def remove_pin(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question.", show_default=False)],
) -> None:
    """Take a fixed answer away, with all questions it answers.

    Example: weizheng kb pins remove 今天上班吗
    """
    with _opened() as wordings:
        wordings.remove_pin(question)


@contextmanager
def _opened() -> Iterator[Wordings]:
    from apps.cli.installation import ensure_home, opened_database
    from core.catalogue.wordings import Wordings

    settings = load_settings()
    ensure_home(settings)
    with opened_database(settings) as engine:
        yield Wordings(engine)


def _finish(outcomes: Sequence[Outcome], problems: Sequence[Problem]) -> None:
    errors = Console(stderr=True)
    for problem in problems[:SHOWN_PROBLEMS]:
        errors.print(f"  ! {problem}", markup=False, highlight=False, soft_wrap=True)
    counts = Counter(outcomes)
    typer.echo(
        f"新增 {counts['created']}，更新 {counts['changed']}，未变 {counts['unchanged']}，"
        f"问题 {len(problems)} (created, changed, unchanged, problems)"
    )
    raise typer.Exit(2 if problems else 0)


def _print_all(lines_of: Callable[[Wordings], list[str]]) -> None:
    with _opened() as wordings:
        for line in lines_of(wordings):
            typer.echo(line)


def _term_line(term: Term) -> str:
    return f"{term.term} → {term.means or term.item}"


def _pin_line(pin: Pin) -> str:
    return f"{pin.question} → {pin.answer or pin.item or pin.document}"
