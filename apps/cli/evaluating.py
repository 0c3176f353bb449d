"""`kb evaluate`: every question through the service's own application object, then the figures."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from apps.cli.importing import counter
from apps.cli.installation import ensure_home, opened_database
from core.errors import BadInput
from core.settings import Settings

if TYPE_CHECKING:
    from knowledge_base.evaluation import Query


def evaluate_file(
    settings: Settings, queries: Path, dump: Path | None, without_gold: bool, console: Console
) -> dict[str, Any]:
    """Measure on the questions of a file.

    Returns: The figures by name.

    Raises:
        BadInput: The file is missing, or a line of it cannot be used.
    """
    if not queries.is_file():
        raise BadInput(f"{queries}: no such file. 找不到文件。")
    if dump and not dump.resolve().parent.is_dir():
        raise BadInput(f"{dump}: its folder does not exist. 目录不存在。")
    from knowledge_base.evaluation import Evaluated, evaluate, read_queries, write_dump

    asked = read_queries(queries)
    ensure_home(settings)
    with opened_database(settings):
        pass
    from knowledge_base.application import open_knowledge_base

    knowledge = open_knowledge_base(settings, follow=False)
    results: list[Evaluated] = []

    def ask(query: Query) -> Evaluated:
        begun = time.perf_counter()
        found = knowledge.examine(query.question, query.gold_docids if without_gold else ())
        took_ms = (time.perf_counter() - begun) * 1000
        results.append(Evaluated(query.qid, found.passages, found.status, found.text, took_ms))
        one_more()
        return results[-1]

    try:
        with counter(console, "评测 evaluating", len(asked)) as one_more:
            figures = evaluate(asked, ask)
    finally:
        knowledge.close()
    if dump:
        write_dump(dump, results)
    return dict(figures.values)


def print_figures(figures: dict[str, Any], console: Console) -> None:
    """One figure a line."""
    for name, value in figures.items():
        console.print(f"{name:>24}  {value}", markup=False, highlight=False)
