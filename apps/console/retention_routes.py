"""The page of retention: what is kept for how long, what will go when, and what went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from anyio.to_thread import run_sync
from starlette.responses import RedirectResponse, Response

from apps.console.guard import Visit, guarded
from apps.console.labels import ACTORS
from apps.console.pages import Pages
from core.commands import Denied, Permission
from core.database.engine import reading
from core.retention.models import DataClass
from core.retention.preview import MOST_COUNTED, Forecast, forecast, next_run_at
from core.retention.runs import Run, last_run, last_runs

_DAYS: Final = (7, 30, 90, 180, 365)
_RUNS_SHOWN: Final = 20
_DONE: Final = "已排队，由工作进程清理；进度见“任务”。"


@dataclass(frozen=True)
class _Shown:
    """What a page tells, as of one instant."""

    next_at: datetime
    forecasts: list[Forecast]
    last: Run | None
    runs: list[Run]


async def show(visit: Visit) -> Response:
    """Rules with their figures, and the last runs."""
    _require_rights(visit)
    shown = await run_sync(_read, visit)
    pages: Pages = visit.request.app.state.pages
    return pages.page(
        "retention.html",
        visit.session,
        done=_DONE if visit.request.query_params.get("done") else "",
        next_at=shown.next_at,
        classes=[(one, [row for row in shown.forecasts if row.rule.data_class is one]) for one in DataClass],
        last=shown.last,
        runs=[(run, _told(visit, run.gone)) for run in shown.runs],
        actors=ACTORS,
        choices=_DAYS,
        days=_asked(visit),
        figure=_figure,
    )


async def run_now(visit: Visit) -> Response:
    """Puts the job in."""
    _require_rights(visit)
    services = visit.services
    number = await run_sync(services.commands.run, visit.session.actor, "retention.run", {})
    await run_sync(services.waker.wake, number)
    return RedirectResponse("/retention?done=1", status_code=303)


def _require_rights(visit: Visit) -> None:
    """What is kept is of all agencies."""
    if not visit.session.actor.may(Permission.JOBS, None):
        raise Denied(f"{visit.session.account.login} may not see retention")


def _asked(visit: Visit) -> int:
    given = visit.request.query_params.get("days", "")
    return int(given) if given in map(str, _DAYS) else _DAYS[0]


def _read(visit: Visit) -> _Shown:
    services, now = visit.services, visit.services.clock.now()
    later = now + timedelta(days=_asked(visit))
    with reading(services.engine) as connection:
        next_at = next_run_at(connection, now)
        figures = forecast(connection, services.retained, next_at, later, MOST_COUNTED)
        return _Shown(next_at, figures, last_run(connection), last_runs(connection, _RUNS_SHOWN))


def _told(visit: Visit, gone: Mapping[str, int]) -> list[tuple[str, int]]:
    """By labels; a rule that only another version has by its name."""
    labels: Mapping[str, Any] = {one.name: one.label for one in visit.services.retained}
    return [(labels.get(name, name), rows) for name, rows in gone.items() if rows]


def _figure(rows: int) -> str:
    return f"{rows:,}" if rows < MOST_COUNTED else f"{MOST_COUNTED:,} 以上"


ROUTES = (
    guarded("/retention", show, Permission.JOBS),
    guarded("/retention/run", run_now, Permission.JOBS, "POST"),
)
