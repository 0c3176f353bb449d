"""`weizheng eval all`: measures what can be measured here, and writes page, figures and pictures."""

from __future__ import annotations

import json
from datetime import datetime, time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from apps.cli.catalogue import catalogue_status
from apps.cli.installation import ensure_home, opened_database
from core.errors import BadInput
from core.settings import Settings

PAGE, FIGURES = "report.md", "report.json"


def make_report(
    settings: Settings, out: Path, questions: Path | None, refusals: Path | None, days: int, console: Console
) -> dict[str, Any]:
    """Write the report into a folder, which is made where it does not exist.

    Args:
        questions: Annotated questions, as `kb evaluate` takes them.
        refusals: Questions without an answer, as `kb refusals` takes them.
        days: Days of the answer log, today among them.

    Returns: All figures.

    Raises:
        BadInput: A file is missing, or a line of it cannot be used; nothing is written then.
    """
    from apps.cli.report.page import page

    for path in (questions, refusals):
        if path and not path.is_file():
            raise BadInput(f"{path}: no such file. 找不到文件。")
    ensure_home(settings)
    pictures: dict[str, str] = {}
    report = {
        "made_at": datetime.now(settings.zone).isoformat(timespec="seconds"),
        "city": settings.city_name,
        "version": version("weizheng"),
        "index": catalogue_status(settings),
        "traffic": _traffic(settings, days, pictures),
        "retrieval": _retrieval(settings, questions, pictures, console) if questions else None,
        "refusals": _refusals(settings, refusals, console) if refusals else None,
        "left_out": _left_out(questions, refusals),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (out / name).write_text(picture, encoding="utf-8")
    (out / FIGURES).write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (out / PAGE).write_text(page(report), encoding="utf-8")
    return report


def _left_out(questions: Path | None, refusals: Path | None) -> list[str]:
    names = {"检索与作答 retrieval and answers: --questions FILE": questions,
             "应拒答的问题 questions that should be refused: --refusals FILE": refusals}  # fmt: skip
    return [name for name, path in names.items() if path is None]


def _traffic(settings: Settings, days: int, pictures: dict[str, str]) -> dict[str, Any]:
    from apps.cli.report.charts import times_by_step, turns_by_day
    from apps.cli.report.traffic import last_days, traffic
    from core.citizens.answer_log import AnswerLog

    meant = last_days(datetime.now(settings.zone).date(), days)
    since = datetime.combine(meant[0], time(), settings.zone)
    with opened_database(settings) as engine:
        log = AnswerLog(engine)
        found = traffic(log.turns(since), log.opinions(since), meant, settings.zone)
    if found["turns"]:
        pictures["turns.svg"] = turns_by_day(found["days"])
    if found["steps"]:
        pictures["steps.svg"] = times_by_step(found["steps"])
    return found


def _retrieval(
    settings: Settings, questions: Path, pictures: dict[str, str], console: Console
) -> dict[str, Any]:
    from apps.cli.evaluating import draw_curve, evaluate_file

    with TemporaryDirectory(prefix="weizheng-") as scratch:
        dump, hidden, picture = (Path(scratch) / name for name in ("dump", "hidden", "curve.svg"))
        figures = evaluate_file(settings, questions, dump, False, console)
        evaluate_file(settings, questions, hidden, True, console)
        curve = draw_curve(settings, questions, dump, hidden, picture)
        pictures["curve.svg"] = picture.read_text(encoding="utf-8")
    return {"figures": figures, "curve": curve}


def _refusals(settings: Settings, questions: Path, console: Console) -> dict[str, Any]:
    from apps.cli.evaluating import measure_refusals

    return measure_refusals(settings, questions, console)
