"""`python -m bench --home FOLDER`: every benchmark in one run; JSON and a table under `docs/`.

The folder is an installation with the demonstration city (take a copy: conversations are added). `--only`
runs some of the chapters again and leaves the other figures as they are.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.assistant import Assistant, assistant
from bench.performance import bare_rasa, searching, sizes, turns
from bench.performance.beside import OURS, beside
from bench.performance.console_pages import console_pages
from bench.performance.embedding import embedding
from bench.performance.interacting import interacting
from bench.performance.load import PortalCitizen, load
from bench.performance.logged_pages import logged_pages
from bench.performance.questions import everyday_questions
from bench.performance.ranking import ranking
from bench.performance.recommending import recommending
from bench.performance.report import RESULT, page, verdicts
from bench.performance.steps import mean_ms, step_totals, turns_past_rasa
from bench.running import described, write_result
from core.settings import Settings

Figures = dict[str, Any]
QUESTIONS = everyday_questions()
BARE = Settings().model_cache / "bench"
PIPELINES: tuple[bare_rasa.Pipeline, ...] = ("default", "logistic")


def beside_bare_rasa(home: Path) -> Figures:
    """One turn and sixteen citizens, in turn with the alternative in both its pipelines."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running_all:
        urls: dict[str, str] = {
            pipeline: running_all.enter_context(bare_rasa.serving(BARE, bare_rasa.prepare(BARE, pipeline)))
            for pipeline in PIPELINES
        }
        ours = running_all.enter_context(assistant(home, Path(folder) / "up.txt"))
        figures = beside({**urls, OURS: ours.url}, QUESTIONS, ("logistic", OURS))
        _require_rasa(ours)
    return figures


def _require_rasa(ours: Assistant) -> None:
    shown = [one["metrics"] for one in ours.processes() if one["metrics"]]
    if past := turns_past_rasa(shown):
        raise RuntimeError(f"{past} turns were answered without Rasa: no figures of these")


def chat(home: Path) -> Figures:
    """The steps of a turn; many citizens; long conversations."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder, assistant(home, Path(folder) / "up.txt") as ours:
        url, processes = ours.url, ours.processes()
        counting = [one["metrics"] for one in processes if one["metrics"]]
        rasa = next(one for one in processes if one["name"] == "rasa")
        # What was asked before is answered from memory: steps are measured on questions that are new.
        before = step_totals(counting)
        load([PortalCitizen(url, fresh=True)], QUESTIONS, turns.FIRST)
        figures["steps_ms"] = mean_ms(before, step_totals(counting), turns.FIRST)
        figures["citizens"] = {
            # The questions of the turns before: these are remembered.
            f"{turns.AT_ONCE} again": turns.at_once(url, QUESTIONS, turns.AT_ONCE),
            **{str(citizens): turns.at_once(url, QUESTIONS, citizens) for citizens in turns.CITIZENS},
        }
        figures["long"] = turns.long_chats(url, QUESTIONS)
        figures["memory_of_rasa"] = turns.memory_of_rasa(url, QUESTIONS, rasa["pid"])
        _require_rasa(ours)
    return figures


def two_workers(home: Path) -> Figures:
    """Sixteen citizens at once with a second process of Rasa."""
    with (
        tempfile.TemporaryDirectory() as folder,
        assistant(home, Path(folder) / "up.txt", RASA_WORKERS="2") as ours,
    ):
        figures = turns.at_once(ours.url, QUESTIONS, turns.AT_ONCE)
        _require_rasa(ours)
    return figures


CHAPTERS: dict[str, Callable[[Path], Figures]] = {
    "beside_bare_rasa": beside_bare_rasa,
    "chat": chat,
    "two_rasa_workers": two_workers,
    "embedding": lambda _: embedding(),
    "search": lambda _: searching.search(),
    "import": lambda _: searching.importing(),
    "console": console_pages,
    "logged_questions": logged_pages,
    "recommending": recommending,
    "ranking": lambda _: ranking(),
    "interactions": lambda _: interacting(flooded=False),
    "installation": lambda home: sizes.installation(home, QUESTIONS),
}


def main() -> int:
    """Runs, prints and writes; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="with the demonstration city")
    parser.add_argument("--only", nargs="+", choices=CHAPTERS, default=list(CHAPTERS))
    given = parser.parse_args()
    console = Console(stderr=True)
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    figures: Figures = {name: old for name, old in known.get("figures", {}).items() if name in CHAPTERS}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(given.home, home, ignore=shutil.ignore_patterns("run", "redis", "logs", "backups"))
        for name in given.only:
            with console.status(name):
                figures[name] = CHAPTERS[name](home) | {"measured": described()}
            console.print(f"{name}: {json.dumps(figures[name], ensure_ascii=False)}", highlight=False)
    result = {**described(), "figures": figures, "verdicts": verdicts(figures)}
    write_result(RESULT, result)
    page(result)
    missed = [name for name, kept in result["verdicts"].items() if kept["kept"] is False]
    console.print(f"missed: {missed}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
