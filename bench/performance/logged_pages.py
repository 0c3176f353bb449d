"""Pages of the board and of the overview over a million logged questions: how long each takes to come."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn
from sqlalchemy import Engine, and_, func, select

from bench.agency.console import add_account, console
from bench.performance.console_pages import asked
from bench.performance.console_pages import fill as fill_contents
from bench.performance.logged_year import count, fill
from casework.tables import question_group
from core.catalogue.tables import RECORDS
from core.citizens.tables import answer_source
from core.clock import SystemClock
from core.database.engine import open_engine, reading

ROUNDS: Final = 40
_DATED: Final = ("items", "coverage", "regions", "ratings")
_LOGIN: Final = "bench.editor"


def logged_pages(home: Path) -> dict[str, Any]:
    """Median and 95th percentile of each page in milliseconds, of so many requests each."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy, ignore=shutil.ignore_patterns("run", "redis", "logs", "backups", "index"))
        engine = open_engine(f"sqlite:///{copy}/weizheng.db")
        fill_contents(copy)
        with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn()) as progress:
            filled, fill_s = _timed(lambda: fill(engine, progress))
            days, count_s = _timed(lambda: count(engine, progress))
        pages = _pages(engine)
        engine.dispose()
        add_account(copy, _LOGIN, "editor")
        with console(copy) as running:
            found = dict(asked(running, _LOGIN, pages, ROUNDS))
    return {
        "turns": filled.turns, "grouped": filled.grouped, "groups": filled.groups,
        "opinions": filled.opinions, "days": days, "fill_s": fill_s, "count_s": count_s, "rounds": ROUNDS,
        "pages": found,
    }  # fmt: skip


def _pages(engine: Engine) -> dict[str, str]:
    """By name. A page that is added to the board or the overview is one more line here."""
    today = SystemClock().today()
    year = f"from={today - timedelta(days=364)}&to={today}"
    years = f"from={today - timedelta(days=730)}&to={today}"
    largest, states = _largest_group(engine), _groups_by_state(engine)
    deep = max(1, states["open"] // 50)
    return {
        **{f"board, {state}": f"/board?state={state}" for state in states},
        "board, a late page": f"/board?state=open&page={deep}",
        "board, a group": f"/board/group?id={largest[0]}",
        "board, a group, a late page": f"/board/group?id={largest[0]}&page={max(1, largest[1] // 50)}",
        "overview": "/overview",
        **{f"overview, {one}": f"/overview/{one}" for one in ("freshness", *_DATED)},
        **_over("a year", year),
        **_over("two years", years),
        "overview, an agency, a year": f"/overview?agency=bench-7&{year}",
        "overview, items of an agency, a year": f"/overview/items?agency=bench-7&{year}",
        "answers": "/board/answers",
        "answers of an agency, no answer": "/board/answers?agency=bench-7&status=no_answer",
        "answers, rated badly": "/board/answers?badly=yes",
        "reports": "/board/reports",
        "ratings": "/board/ratings",
        "ratings, all": "/board/ratings?state=all",
        "recalls": "/board/recalls",
        "recall": f"/board/recall?{_most_quoted(engine)}",
        "overview, freshness, a late page": "/overview/freshness?state=stale&page=40",
    }


def _most_quoted(engine: Engine) -> str:
    """Where the recall of the document is that was quoted most often."""
    source, table = answer_source.c, RECORDS["document"]
    often = (
        select(table.c.external_id)
        .join(answer_source, and_(source.record_id == table.c.id, source.kind == "document"))
        .group_by(table.c.external_id)
        .order_by(func.count().desc())
        .limit(1)
    )
    with reading(engine) as connection:
        found = connection.execute(often).scalar()
    return f"kind=document&id={found}"


def _over(name: str, dates: str) -> dict[str, str]:
    """Each page and file over a stretch of days."""
    pages = {f"overview, {one}, {name}": f"/overview/{one}?{dates}" for one in _DATED}
    tables = ("days", "items", "freshness", "agencies", "places", "regions")
    files = {
        f"overview, {one} as CSV, {name}": f"/overview/export?as=csv&table={one}&{dates}" for one in tables
    }
    books = {
        f"overview, {one} as XLSX, {name}": f"/overview/export?as=xlsx&table={one}&{dates}" for one in tables
    }
    return {f"overview, {name}": f"/overview?{dates}", **pages, **files, **books}


def _largest_group(engine: Engine) -> tuple[int, int]:
    table = question_group.c
    chosen = select(table.id, table.questions).order_by(table.questions.desc()).limit(1)
    with reading(engine) as connection:
        row = connection.execute(chosen).one()
    return row.id, row.questions


def _groups_by_state(engine: Engine) -> dict[str, int]:
    chosen = select(question_group.c.state, func.count()).group_by(question_group.c.state)
    with reading(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(chosen)}


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    done = work()
    return done, round(time.perf_counter() - begun, 1)
