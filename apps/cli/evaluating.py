"""`kb evaluate`, `refusals` and `curve`: questions through the service's own object, then figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from apps.cli.importing import counter
from apps.cli.installation import ensure_home, opened_database
from core.errors import BadInput
from core.settings import Settings

if TYPE_CHECKING:
    from knowledge_base.evaluation import Evaluated, Probe, Query

    Ask = Callable[[str, str, Collection[str]], Evaluated]


def evaluate_file(
    settings: Settings, queries: Path, dump: Path | None, without_gold: bool, console: Console
) -> dict[str, Any]:
    """Measure on the questions of a file.

    Returns: The figures by name, and their intervals.

    Raises:
        BadInput: The file is missing, or a line of it cannot be used.
    """
    _must_exist(queries)
    if dump:
        _must_have_folder(dump)
    from knowledge_base.evaluation import evaluate, read_queries, write_dump

    asked = read_queries(queries)
    results: list[Evaluated] = []
    with _asking(settings, len(asked), console) as ask:

        def ask_one(query: Query) -> Evaluated:
            results.append(ask(query.qid, query.question, query.gold_docids if without_gold else ()))
            return results[-1]

        figures = evaluate(asked, ask_one)
    if dump:
        write_dump(dump, results)
    return figures.as_json()


def measure_refusals(settings: Settings, questions: Path, console: Console) -> dict[str, Any]:
    """Measure how often a question is answered that the base holds no answer to.

    Returns: Shares by kind of question, and what was answered.

    Raises:
        BadInput: The file is missing, or a line of it cannot be used.
    """
    _must_exist(questions)
    from knowledge_base.evaluation import read_probes
    from knowledge_base.evaluation.refusals import refusals

    probes = read_probes(questions)
    with _asking(settings, len(probes), console) as ask:

        def ask_one(probe: Probe) -> Evaluated:
            return ask(probe.qid, probe.question, ())

        return refusals(probes, ask_one).as_json()


def draw_curve(
    settings: Settings, queries: Path, dump: Path, without_gold: Path | None, out: Path
) -> dict[str, Any]:
    """Draw what each threshold costs, from dumps of `evaluate_file`.

    Returns: The point of the threshold in force, and all points.

    Raises:
        BadInput: A file is missing, a line cannot be used, or a question has none in a dump.
    """
    for path in (queries, dump, *([without_gold] if without_gold else [])):
        _must_exist(path)
    _must_have_folder(out)
    from knowledge_base.evaluation import read_dump, read_queries
    from knowledge_base.evaluation.curve import THRESHOLDS, curve
    from knowledge_base.evaluation.picture import draw

    hidden = read_dump(without_gold) if without_gold else None
    thresholds = (settings.answer_threshold, *THRESHOLDS)
    now, *points = curve(read_queries(queries), read_dump(dump), hidden, thresholds)
    out.write_text(draw(points, now), encoding="utf-8")
    return {"now": asdict(now), "points": [asdict(point) for point in points]}


@contextmanager
def _asking(settings: Settings, count: int, console: Console) -> Iterator[Ask]:
    """Asks the knowledge base of an installation: qid, question and documents to hide."""
    ensure_home(settings)
    with opened_database(settings):
        pass
    from knowledge_base.application import open_knowledge_base
    from knowledge_base.evaluation import Evaluated

    knowledge = open_knowledge_base(settings, follow=False)
    try:
        with counter(console, "评测 evaluating", count) as one_more:

            def ask(qid: str, question: str, hidden: Collection[str]) -> Evaluated:
                begun = time.perf_counter()
                found = knowledge.examine(question, hidden)
                took_ms = (time.perf_counter() - begun) * 1000
                one_more()
                return Evaluated(qid, found.passages, found.status, found.text, took_ms, found.confidence)

            yield ask
    finally:
        knowledge.close()


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise BadInput(f"{path}: no such file. 找不到文件。")


def _must_have_folder(path: Path) -> None:
    if not path.resolve().parent.is_dir():
        raise BadInput(f"{path}: its folder does not exist. 目录不存在。")


def print_figures(figures: dict[str, Any], console: Console) -> None:
    """One figure a line, with its interval."""
    intervals = figures["intervals"]
    for name, value in figures.items():
        if name != "intervals":
            _plain(console, f"{name:>24}  {_text(value):<8}{_between(intervals.get(name))}".rstrip())
    _plain(console, "方括号内为 95 % 置信区间 intervals: Wilson; mrr, ndcg: bootstrap over the questions")


def print_refusals(found: dict[str, Any], console: Console) -> None:
    """One line a kind, then what was answered and from which document."""
    for kind, shares in found["kinds"].items():
        _plain(console, f"{kind} (n = {shares['n']})")
        for name, interval in shares["intervals"].items():
            _plain(console, f"{name:>24}  {_text(shares[name]):<8}{_between(interval)}")
    for one in found["answered"]:
        sure = "-" if one["confidence"] is None else f"{one['confidence']:.2f}"
        _plain(console, f"{sure}  {one['question']}  [{one['external_id']}]")


def print_curve(found: dict[str, Any], out: Path, console: Console) -> None:
    """The point of the threshold in force, and where the picture is."""
    for name, value in found["now"].items():
        _plain(console, f"{name:>24}  {_text(value)}")
    _plain(console, f"已写入 written: {out}")


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _between(interval: tuple[float, float] | None) -> str:
    return f"  [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else ""


def _plain(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
