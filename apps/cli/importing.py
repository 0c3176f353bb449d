"""`kb import`: runs the importer under a progress bar and tells what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core.errors import BadInput
from core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from knowledge_base.importing.report import ImportReport

OnProgress = Callable[[int, int], None]
SHOWN_PROBLEMS = 20


def import_into(
    settings: Settings,
    engine: Engine,
    paths: Sequence[Path],
    *,
    agency: str | None = None,
    region: str | None = None,
    publish: bool = False,
    strict: bool = False,
    console: Console,
) -> ImportReport:
    """Import files and folders into the catalogue.

    Raises:
        BadInput: A path does not exist, or, when strict, a record cannot be used.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise BadInput(f"{', '.join(missing)}: no such file or folder. 找不到文件。")
    from knowledge_base.importing.assembly import open_importer

    with progress_bar(console, "导入 importing") as on_progress:
        return open_importer(settings, engine).run(
            paths, agency=agency, region=region, publish=publish, strict=strict, on_progress=on_progress
        )


@contextmanager
def progress_bar(console: Console, label: str) -> Iterator[OnProgress]:
    """A bar that vanishes when the work is done; silent where nobody watches a terminal."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)

        def on_progress(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield on_progress


@contextmanager
def counter(console: Console, label: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar for work that tells each piece when it is done."""
    with progress_bar(console, label) as on_progress:
        done = 0

        def one_more() -> None:
            nonlocal done
            done += 1
            on_progress(done, total)

        yield one_more


def report_json(report: ImportReport) -> dict[str, Any]:
    """The report as plain values."""
    return asdict(report)


def print_report(report: ImportReport, console: Console, errors: Console) -> None:
    """Counts to the console, the first problems to the errors' console."""
    for problem in report.problems[:SHOWN_PROBLEMS]:
        errors.print(f"  ! {problem}", markup=False, highlight=False, soft_wrap=True)
    if len(report.problems) > SHOWN_PROBLEMS:
        errors.print(f"  ! … {len(report.problems) - SHOWN_PROBLEMS} more problems", highlight=False)
    for note in report.notes[:SHOWN_PROBLEMS]:
        errors.print(f"  ? {note}", markup=False, highlight=False, soft_wrap=True)
    if report.stopped:
        errors.print("  ! 没有导入任何内容 nothing was imported", highlight=False)
    console.print(
        f"新增 {report.created}，更新 {report.changed}，未变 {report.unchanged}，"
        f"问题 {len(report.problems)}；{report.passages} 段，{report.seconds:.1f} s "
        "(created, changed, unchanged, problems; passages)",
        highlight=False,
        soft_wrap=True,
    )
