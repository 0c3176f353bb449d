"""The overview: what is asked, how it is answered, in figures, charts and files; agencies see their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.responses import Response

from apps.console.content_views import agencies
from apps.console.guard import Handler, Visit, guarded
from apps.console.labels import CHANNELS
from apps.console.pages import PER_PAGE, Pages, Paging, page_number, query
from casework.counts import Waiting, waiting_groups
from core.commands import Denied, Permission
from core.errors import BadInput
from insight.charts import Series, bars, lines
from insight.coverage import Coverage
from insight.figures import FEW, Figures, Summary
from insight.freshness import Contents, State
from insight.outcomes import COLOURS, LABELS
from insight.periods import MOST_DAYS, period, usual
from insight.reports import (
    MOST_ROWS,
    MOST_ROWS_IN_BOOK,
    SHEETS,
    STATES,
    UNNAMED,
    Asked,
    Reports,
    days_of,
    ratings_in,
    ratings_of,
)
from insight.sheets import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx
from insight.tables import CITY

TABS: Final[Mapping[str, str]] = {
    "/overview": "提问与作答",
    "/overview/items": "热点事项",
    "/overview/freshness": "内容时效",
    "/overview/coverage": "覆盖",
    "/overview/regions": "区域均衡",
    "/overview/ratings": "好差评",
}
RANGES: Final = {7: "最近 7 天", 30: "最近 30 天", 90: "最近 90 天", 365: "最近一年"}
_SHEET_OF: Final = {
    "/overview": ("days",),
    "/overview/items": ("items",),
    "/overview/freshness": ("freshness",),
    "/overview/coverage": ("agencies", "places"),
    "/overview/regions": ("regions",),
    "/overview/ratings": ("ratings",),
}
SHEET_NAMES: Final = {
    "days": "提问与作答", "items": "热点事项", "freshness": "内容时效", "agencies": "部门覆盖",
    "places": "区划覆盖", "regions": "区域均衡", "ratings": "好差评",
}  # fmt: skip
_RATES: Final = {"answered": "作答率", "clarify": "反问率", "no_answer": "未答率"}
_EXPORT: Final = "/overview/export"
_P50, _P95 = "#3f8fd2", "#c98a1b"
Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What a page was asked for.

    Attributes:
        asked: The days and the agency, the usual days where those asked for are none.
        everywhere: The visitor may see every agency.
        wrong: What is wrong with what was asked for.
    """

    asked: Asked
    everywhere: bool
    wrong: str = ""

    @property
    def values(self) -> dict[str, object]:
        """As an address says it."""
        dates = self.asked.period
        return {"from": dates.first, "to": dates.last, "agency": self.asked.agency if self.everywhere else ""}


def _view(visit: Visit) -> View:
    """What the address asks for, as far as the visitor may see it.

    Raises:
        Denied: It asks for another agency's figures.
    """
    given, today = visit.request.query_params, visit.services.clock.today()
    everywhere = visit.session.actor.may(Permission.READ, None)
    # Whoever is of no agency and may not see all of them sees one that there is not.
    own = CITY if everywhere else visit.session.account.agency or "-"
    agency = given.get("agency") or own
    if agency != own and not everywhere:
        raise Denied(f"{visit.session.account.login} may not see the figures of {agency}")
    try:
        dates = period(given.get("from", ""), given.get("to", ""), given.get("days", ""), today)
        if agency != own and agency not in agencies(visit):
            raise BadInput("agency", public_message="没有这个部门。")
    except BadInput as error:
        return View(Asked(usual(today), own), everywhere, error.public_message)
    return View(Asked(dates, agency), everywhere)


def _shown(path: str, look: Callable[[Visit, View], Shown]) -> Handler:
    """A page of figures; `look` reads what its template names."""

    def everything(visit: Visit) -> tuple[View, Shown]:
        view = _view(visit)
        return view, {**look(visit, view), "names": agencies(visit)}

    async def show(visit: Visit) -> Response:
        view, shown = await run_sync(everything, visit)
        pages: Pages = visit.request.app.state.pages
        asked = view.asked
        return pages.page(
            f"overview{path.removeprefix('/overview').replace('/', '_')}.html",
            visit.session,
            status=400 if view.wrong else 200,
            error=view.wrong,
            path=path,
            tabs={_to(one, view.values): title for one, title in TABS.items()},
            current=TABS[path],
            ranges={_to(path, {**view.values, **_back(days)}): label for days, label in RANGES.items()},
            asked=asked,
            everywhere=view.everywhere,
            today=visit.services.clock.today(),
            files=[
                (_to(_EXPORT, {**view.values, "table": one, "as": "csv"}), SHEET_NAMES[one])
                for one in _SHEET_OF[path]
                if asked.of_city or one != "places"
            ],
            book=_to(_EXPORT, {**view.values, "table": _SHEET_OF[path][0], "as": "xlsx"}),
            few=FEW,
            most_days=MOST_DAYS,
            **shown,
        )  # fmt: skip

    return show


def _to(path: str, values: Mapping[str, object]) -> str:
    return f"{path}?{query(values)}"


def _back(days: int) -> dict[str, object]:
    """In place of the ends of a period."""
    return {"from": "", "to": "", "days": days}


def _summary(visit: Visit, view: View) -> Shown:
    asked = view.asked
    summary = Figures(visit.services.engine).summary(asked.period, asked.agency)
    return {
        "summary": summary,
        "sheet": days_of(summary, asked),
        # Escaped where they are made.
        "charts": {title: Markup(chart) for title, chart in _charts(summary, asked)},  # noqa: S704
        "rates": _RATES,
        "channels": {CHANNELS.get(name, name): one for name, one in summary.channels.items()},
        "waiting": waiting_groups(visit.services.engine).get(asked.agency, Waiting(0, 0)),
    }


def _charts(summary: Summary, asked: Asked) -> Iterator[tuple[str, str]]:
    parts = summary.parts
    labels = [one.part.label for one in parts]
    families = [
        Series(label, COLOURS[name], [one.outcomes.families[name] for one in parts])
        for name, label in LABELS.items()
    ]
    shares = [
        Series(label, COLOURS[name], [_percent(one.outcomes.rate(name)) for one in parts])
        for name, label in _RATES.items()
        if asked.of_city
    ]
    liked = Series("满意率", "#9b6bd1", [_percent(one.outcomes.satisfaction) for one in parts])
    times = [
        Series("用时中位", _P50, [one.times.p50_ms for one in parts]),
        Series("用时 95%", _P95, [one.times.p95_ms for one in parts]),
    ]
    yield "提问数", bars("提问数，按结果", labels, families)
    yield "比例", lines("各项比例", labels, [*shares, liked], unit="%", most=100)
    yield "作答用时（毫秒）", lines("作答用时，毫秒", labels, times)


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def _items(visit: Visit, view: View) -> Shown:
    number = page_number(visit.request.query_params.get("page", "1"))
    figures, asked = Figures(visit.services.engine), view.asked
    found, total = figures.items(asked.period, asked.agency, PER_PAGE, Paging(number, 0).offset)
    return {"items": found, **_pages("/overview/items", number, total, view.values)}


def _freshness(visit: Visit, view: View) -> Shown:
    given = visit.request.query_params
    number = page_number(given.get("page", "1"))
    state = next((one for one in State if one.value == given.get("state")), State.EXPIRED)
    contents = Contents(visit.services.engine, visit.services.clock)
    found = contents.aged(state, view.asked.agency, PER_PAGE, Paging(number, 0).offset)
    freshness, values = contents.freshness(view.asked.agency), {**view.values, "state": state.value}
    return {
        "freshness": freshness,
        "state": state,
        "states": {
            one: (label, _to("/overview/freshness", {**view.values, "state": one.value}))
            for one, label in STATES.items()
        },
        "contents": found,
        **_pages("/overview/freshness", number, freshness.counts[state], values),
    }


def _pages(path: str, number: int, total: int, values: Mapping[str, object]) -> Shown:
    return {
        "paging": Paging(number, total),
        "link": lambda page: _to(path, {**values, "page": page}),
    }


def _coverage(visit: Visit, view: View) -> Shown:
    coverage, asked = Coverage(visit.services.engine), view.asked
    found = coverage.agencies(asked.period)
    return {
        "agencies": [one for one in found if asked.of_city or one.id == asked.agency],
        "bare": [one.name for one in found if one.id is not None and not one.published],
        "regions": coverage.regions() if asked.of_city else [],
    }


def _regions(visit: Visit, view: View) -> Shown:
    found = Figures(visit.services.engine).regions(view.asked.period, view.asked.agency)
    return {"regions": found, "unnamed": UNNAMED}


def _ratings(visit: Visit, view: View) -> Shown:
    found = ratings_in(visit.services.engine, view.asked, visit.services.clock.today())
    sheet = ratings_of(found)
    levels = sorted(found.levels, reverse=True)
    series = Series("评价", COLOURS["answered"], [found.levels[one] for one in levels])
    chart = bars("评价数，按等级", [one.label for one in levels], [series])
    # Escaped where it is made.
    return {"rates": found, "sheet": sheet, "chart": Markup(chart)}  # noqa: S704


async def export(visit: Visit) -> Response:
    """A table as CSV, or the tables of its page as a workbook."""
    given = visit.request.query_params
    kind, name = given.get("as", "csv"), given.get("table", "days")
    if kind not in ("csv", "xlsx") or name not in SHEETS:
        raise BadInput("no such file", public_message="没有这种表格。")
    return await run_sync(_file, visit, kind, name)


def _file(visit: Visit, kind: str, name: str) -> Response:
    view = _view(visit)
    if view.wrong:
        raise BadInput("export", public_message=view.wrong)
    most, dates = MOST_ROWS if kind == "csv" else MOST_ROWS_IN_BOOK, view.asked.period
    reports = Reports(visit.services.engine, visit.services.clock, most)
    # All tables at once would take too long to wait for.
    together = next(tables for tables in _SHEET_OF.values() if name in tables)
    wanted = (name,) if kind == "csv" else together
    sheets = [SHEETS[one](reports, view.asked) for one in wanted]
    body = as_csv(sheets[0]) if kind == "csv" else as_xlsx(sheets)
    called = f"overview-{name}-{dates.first}-{dates.last}.{kind}"
    return Response(
        body,
        media_type=CSV_TYPE if kind == "csv" else XLSX_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{called}"'},
    )


_LOOKS: Final[Mapping[str, Callable[[Visit, View], Shown]]] = {
    "/overview": _summary,
    "/overview/items": _items,
    "/overview/freshness": _freshness,
    "/overview/coverage": _coverage,
    "/overview/regions": _regions,
    "/overview/ratings": _ratings,
}
ROUTES = (
    *(guarded(path, _shown(path, look), Permission.READ) for path, look in _LOOKS.items()),
    guarded(_EXPORT, export, Permission.READ),
)
